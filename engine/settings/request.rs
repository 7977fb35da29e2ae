//! From what a person wrote to the cells of a grid.
//!
//! Layers of assignments are resolved against a schema, later layers over earlier ones (effort, config file, `--set`).
//! Within one layer nothing may be said twice. Axes take one value, a list `0.1,0.2,1`, or a range `lin(a,b,n)` or
//! `log(a,b,n)`, whose points are rounded to 12 significant digits.

use super::error::nearest;
use super::read;
use super::vocabulary::{ALIASES, Alias};
use super::{Assignment, Domain, Fallback, Field, Origin, Problem, Raw, Schema, Settings, SettingsError, Value, plain};
use crate::data::Outside;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Most replicas of one request.
const MOST_REPLICAS: i64 = 1_000_000_000;

/// Checked settings of one call: values for every field, more than one only on axes; key and replicas.
#[derive(Clone, Debug)]
pub struct Request {
    schema: &'static Schema,
    values: Vec<Vec<Value>>,
    origins: BTreeMap<String, Origin>,
    /// Root text of all randomness.
    pub key: String,
    /// Replicas per cell.
    pub replicas: u64,
    outside: Option<Arc<Outside>>,
}

impl Request {
    /// Resolves layers of assignments, earliest first, against `schema`.
    ///
    /// `family` lists all schemas of the experiment, so that a key of another one is refused as without effect.
    ///
    /// # Errors
    /// The first [`SettingsError`], in the order of the layers and the words in them.
    pub fn resolve(
        schema: &'static Schema,
        family: &[Schema],
        layers: &[&[Assignment]],
    ) -> Result<Request, SettingsError> {
        let mut given: BTreeMap<&'static str, Given<'_>> = BTreeMap::new();
        let (mut key, mut replicas, mut origins) = ("0".to_owned(), 1, BTreeMap::new());
        for layer in layers {
            let mut said: BTreeMap<&str, &Assignment> = BTreeMap::new();
            for assignment in *layer {
                let target = match assignment.key.as_str() {
                    "key" => {
                        key = key_text(assignment)?;
                        "key"
                    }
                    "replicas" => {
                        replicas = replica_count(assignment)?;
                        "replicas"
                    }
                    name => {
                        let found = Given::find(schema, family, assignment, name)?;
                        let target = found.field.name;
                        given.insert(target, found);
                        target
                    }
                };
                if let Some(other) = said.insert(target, assignment) {
                    return Err(assignment.error(Problem::Twice { other: format!("`{} = {}`", other.key, other.raw) }));
                }
                origins.insert(target.to_owned(), assignment.origin.clone());
            }
        }
        let values = resolve_fields(schema, &given)?;
        let request = Request { schema, values, origins, key, replicas, outside: None };
        request.refuse_without_effect(&given)?;
        Ok(request)
    }

    /// The schema that was filled.
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The same request with the outside data that its settings name.
    pub fn with_outside(mut self, outside: Arc<Outside>) -> Request {
        self.outside = Some(outside);
        self
    }

    /// The outside data, if it has been attached.
    pub fn outside(&self) -> Option<&Outside> {
        self.outside.as_deref()
    }

    /// Every field with its values, in schema order.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, &[Value])> {
        self.schema.fields.iter().zip(self.values.iter().map(Vec::as_slice))
    }

    /// The values of one field.
    ///
    /// # Panics
    /// If the schema lacks the field.
    pub fn values(&self, name: &str) -> &[Value] {
        let at = self.schema.fields.iter().position(|field| field.name == name);
        &self.values[at.unwrap_or_else(|| panic!("this schema has no field `{name}`"))]
    }

    /// Whether a field changes anything, given the words that others have.
    pub fn has_effect(&self, field: &Field) -> bool {
        self.schema.only_if(field.name).is_none_or(|rule| rule.met(self.values(rule.reads)))
    }

    /// All cells: the product of the axes, the last axis fastest.
    pub fn cells(&self) -> Vec<Settings> {
        let mut cells: Vec<Vec<Value>> = vec![Vec::new()];
        for values in &self.values {
            cells = cells
                .into_iter()
                .flat_map(|cell| values.iter().map(move |value| cell.iter().chain([value]).cloned().collect()))
                .collect();
        }
        cells.into_iter().map(|values| Settings::from_parts(self.schema, values, self.outside.clone())).collect()
    }

    /// Whether a person wrote this key, rather than a default or the program itself.
    pub fn said(&self, key: &str) -> bool {
        self.origins.get(key).is_some_and(|origin| *origin != Origin::Default)
    }

    /// An error of an experiment's own check, with the place where its key was written.
    pub fn locate(&self, mut error: SettingsError) -> SettingsError {
        if error.origin == Origin::Default
            && let Some(origin) = self.origins.get(&error.key)
        {
            error.origin = origin.clone();
        }
        error
    }

    fn refuse_without_effect(&self, given: &BTreeMap<&'static str, Given<'_>>) -> Result<(), SettingsError> {
        for found in given.values() {
            if found.assignment.origin != Origin::Default && !self.has_effect(found.field) {
                let rule = self.schema.only_if(found.field.name).expect("without effect only by a rule");
                let now = self.values(rule.reads).iter().map(plain).collect::<Vec<_>>().join(",");
                let because =
                    format!("it counts only with {} = {}, which is {now} here", rule.reads, rule.words.join(" or "));
                return Err(found.assignment.error(Problem::WithoutEffect { because }));
            }
        }
        Ok(())
    }
}

/// An assignment with the field that it sets, perhaps by way of an alias.
struct Given<'a> {
    field: &'static Field,
    alias: Option<&'static Alias>,
    assignment: &'a Assignment,
}

impl<'a> Given<'a> {
    fn find(
        schema: &'static Schema,
        family: &[Schema],
        assignment: &'a Assignment,
        name: &str,
    ) -> Result<Self, SettingsError> {
        let alias = ALIASES.iter().find(|alias| alias.field.name == name);
        let target = alias.map_or(name, |alias| alias.target);
        if let Some(field) = schema.field(target) {
            return Ok(Given { field, alias, assignment });
        }
        if family.iter().any(|other| other.field(target).is_some()) {
            return Err(
                assignment.error(Problem::WithoutEffect { because: format!("it is not read with {}", schema.when) })
            );
        }
        let aliases = ALIASES.iter().filter(|alias| schema.field(alias.target).is_some()).map(|alias| alias.field.name);
        let known: Vec<&str> =
            schema.fields.iter().map(|field| field.name).chain(aliases).chain(["key", "replicas"]).collect();
        Err(assignment.error(Problem::UnknownKey {
            nearest: nearest(name, known.iter().copied()),
            known: known.into_iter().map(str::to_owned).collect(),
        }))
    }

    fn values(&self) -> Result<Vec<Value>, SettingsError> {
        let domain = self.alias.map_or(&self.field.domain, |alias| &alias.field.domain);
        let mut values = read::values(self.assignment, domain, self.field.axis)?;
        if values.len() > 1 && !self.field.axis {
            // Which axes there are is the caller's to say.
            return Err(self.assignment.error(Problem::NotAnAxis { axes: Vec::new() }));
        }
        dedup(&mut values);
        Ok(values)
    }
}

/// Drops repeated values; the first of equal ones stays where it is.
fn dedup(values: &mut Vec<Value>) {
    let mut seen = HashSet::with_capacity(values.len());
    values.retain(|value| seen.insert(plain(value)));
}

fn resolve_fields(
    schema: &'static Schema,
    given: &BTreeMap<&'static str, Given<'_>>,
) -> Result<Vec<Vec<Value>>, SettingsError> {
    // Two passes: an alias may read fields that stand after its target.
    let mut direct: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut by_alias: Vec<(&Field, &Alias, Vec<Value>, Option<&Assignment>)> = Vec::new();
    for field in schema.fields {
        if let Some(found) = given.get(field.name) {
            let values = found.values().map_err(|error| name_axes(error, schema))?;
            match found.alias {
                None => drop(direct.insert(field.name, values)),
                Some(alias) => by_alias.push((field, alias, values, Some(found.assignment))),
            }
        } else if let Fallback::ByAlias(value) = field.fallback {
            let alias =
                ALIASES.iter().find(|alias| alias.target == field.name).expect("a default by alias has its alias");
            by_alias.push((field, alias, vec![Value::Real(value)], None));
        } else {
            direct.insert(field.name, vec![fallback(field)]);
        }
    }
    for (field, alias, values, assignment) in by_alias {
        let read: Vec<f64> =
            alias.reads.iter().map(|name| single(schema, &direct, name, alias)).collect::<Result<_, _>>()?;
        let converted: Vec<Value> =
            values.iter().map(|value| Value::Real((alias.convert)(number(value), &read))).collect();
        if let Some(bad) = converted.iter().find(|value| !read::allows(&field.domain, value)) {
            let becomes = format!("{} = {}, allowed are {}", field.name, plain(bad), field.domain.allowed());
            let reads = || alias.reads.iter().find_map(|name| given.get(name));
            return Err(match (assignment, reads()) {
                (Some(assignment), _) => {
                    assignment.error(Problem::NotAllowed { allowed: format!("it becomes {becomes}"), nearest: None })
                }
                (None, Some(read)) => {
                    let must = format!("with the default {} it makes {becomes}", alias.field.name);
                    read.assignment.error(Problem::Conflict { must, nearest: None })
                }
                (None, None) => panic!("the defaults of {} make {becomes}", schema.when),
            });
        }
        direct.insert(field.name, converted);
    }
    Ok(schema.fields.iter().map(|field| direct.remove(field.name).expect("every field was resolved")).collect())
}

fn single(
    schema: &Schema,
    direct: &BTreeMap<&str, Vec<Value>>,
    name: &str,
    alias: &Alias,
) -> Result<f64, SettingsError> {
    match direct.get(name).map(Vec::as_slice) {
        Some([value]) => Ok(number(value)),
        Some(several) => {
            let shown = several.iter().map(plain).collect::<Vec<_>>().join(",");
            let must = format!("{} needs a single {name}; write {} instead", alias.field.name, alias.target);
            Err(SettingsError::conflict(name, shown, must, None))
        }
        None => panic!("schema {} has {} without {name}", schema.when, alias.target),
    }
}

fn name_axes(mut error: SettingsError, schema: &Schema) -> SettingsError {
    if let Problem::NotAnAxis { axes } = &mut error.problem {
        *axes = schema.axes().map(|field| field.name.to_owned()).collect();
    }
    error
}

fn fallback(field: &Field) -> Value {
    match field.fallback {
        Fallback::Integer(value) => Value::Integer(value),
        Fallback::Real(value) => Value::Real(value),
        Fallback::Text(value) => Value::Text(value.to_owned()),
        Fallback::Integers(values) => Value::Integers(values.to_vec()),
        Fallback::ByAlias(_) => unreachable!("resolved by its alias"),
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Real(value) => *value,
        Value::Integer(value) => *value as f64,
        Value::Text(_) | Value::Integers(_) => f64::NAN,
    }
}

fn key_text(assignment: &Assignment) -> Result<String, SettingsError> {
    match &assignment.raw {
        Raw::Bare(text) => Ok(text.clone()),
        Raw::Typed(toml::Value::String(text)) => Ok(text.clone()),
        Raw::Typed(toml::Value::Integer(number)) => Ok(number.to_string()),
        Raw::Typed(_) => Err(assignment.error(Problem::WrongType { expected: "a text or a whole number".to_owned() })),
    }
}

fn replica_count(assignment: &Assignment) -> Result<u64, SettingsError> {
    let domain = Domain::Integer { min: 1, max: MOST_REPLICAS };
    match read::values(assignment, &domain, false)?.as_slice() {
        [Value::Integer(count)] => Ok(*count as u64),
        _ => Err(assignment.error(Problem::WrongType { expected: domain.expected().to_owned() })),
    }
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::*;
    use super::*;

    static FIELDS: [Field; 8] =
        [DIMENSION.integer(100), SIGNAL, NOISE.by_alias(0.5).axis(), KEEP.axis(), OPTIMIZER, BATCH, WIDTHS, DATA];
    static FAMILY: [Schema; 2] = [
        Schema {
            when: "data = \"patches\"",
            fields: &FIELDS,
            rules: &[Rule { field: "batch", reads: "optimizer", words: &["sgd", "adam"] }],
        },
        Schema { when: "data = \"digits\"", fields: &[BIAS], rules: &[] },
    ];

    use super::super::Rule;

    fn words(words: &[&str]) -> Vec<Assignment> {
        words.iter().map(|word| Assignment::from_word(word, "--set").unwrap()).collect()
    }

    fn resolve(given: &[&str]) -> Result<Request, SettingsError> {
        Request::resolve(&FAMILY[0], &FAMILY, &[&words(given)])
    }

    fn message(given: &[&str]) -> String {
        resolve(given).unwrap_err().to_string()
    }

    #[test]
    fn prune_becomes_keep_in_decimal() {
        let request = resolve(&["prune=0.9,0.99,0"]).unwrap();
        assert_eq!(request.values("keep"), [Value::Real(0.1), Value::Real(0.01), Value::Real(1.0)]);
    }

    #[test]
    fn snr_becomes_noise_by_signal_and_dimension() {
        let request = resolve(&["snr=0.25", "dimension=400", "signal=2"]).unwrap();
        assert_eq!(request.values("noise"), [Value::Real(2.0 / (0.25 * 20.0))]);
        assert_eq!(resolve(&[]).unwrap().values("noise"), [Value::Real(1.0 / (0.5 * 10.0))]);
    }

    #[test]
    fn ranges_have_twelve_digits() {
        let request = resolve(&["keep=log(0.001,1,4)"]).unwrap();
        assert_eq!(request.values("keep").iter().map(plain).collect::<Vec<_>>(), ["0.001", "0.01", "0.1", "1"]);
        let request = resolve(&["prune=lin(0,0.99,4)"]).unwrap();
        assert_eq!(request.values("keep").iter().map(plain).collect::<Vec<_>>(), ["1", "0.67", "0.34", "0.01"]);
    }

    #[test]
    fn cells_are_the_product_of_the_axes() {
        let cells = resolve(&["keep=0.1,1", "noise=1,2,3"]).unwrap().cells();
        let shown: Vec<(f64, f64)> = cells.iter().map(|cell| (cell.real("noise"), cell.real("keep"))).collect();
        assert_eq!(shown, [(1.0, 0.1), (1.0, 1.0), (2.0, 0.1), (2.0, 1.0), (3.0, 0.1), (3.0, 1.0)]);
    }

    #[test]
    fn later_layers_win_and_aliases_displace() {
        let (config, set) = (words(&["keep=0.5", "dimension=10"]), words(&["prune=0.9"]));
        let request = Request::resolve(&FAMILY[0], &FAMILY, &[&config, &set]).unwrap();
        assert_eq!(request.values("keep"), [Value::Real(0.1)]);
        assert_eq!(request.values("dimension"), [Value::Integer(10)]);
    }

    #[test]
    fn every_error_names_key_value_and_way_out() {
        for (given, parts) in [
            (vec!["kep=0.1"], vec!["unknown key `kep = 0.1`", "(--set)", "did you mean `keep`?"]),
            (vec!["keep=1.5"], vec!["`keep = 1.5`", "numbers from 0 to 1", "nearest: 1"]),
            (vec!["keep=abc"], vec!["`keep = abc`", "wrong type", "a number"]),
            (vec!["keep=nan"], vec!["`keep = nan`", "not allowed"]),
            (vec!["keep=0.1", "prune=0.9"], vec!["`prune = 0.9`", "`keep = 0.1`"]),
            (vec!["dimension=1,2"], vec!["`dimension = 1,2`", "does not vary", "noise, keep"]),
            (vec!["dimension=2.5"], vec!["`dimension = 2.5`", "a whole number"]),
            (vec!["dimension=0"], vec!["`dimension = 0`", "from 1", "nearest: 1"]),
            (vec!["optimizer=sdg"], vec!["`optimizer = sdg`", "gd, sgd, adam", "nearest: sgd"]),
            (vec!["batch=5"], vec!["`batch = 5`", "no effect", "optimizer = sgd or adam"]),
            (vec!["bias=true"], vec!["`bias = true`", "no effect", "data = \"patches\""]),
            (vec!["keep=log(0,1,3)"], vec!["`keep = log(0,1,3)`", "above 0"]),
            (vec!["keep=lin(0,1)"], vec!["lin(first,last,count)"]),
            (vec!["data=idx"], vec!["`data = idx`", "idx:PATH"]),
            (vec!["replicas=0"], vec!["`replicas = 0`", "from 1"]),
        ] {
            let said = message(&given);
            for part in parts {
                assert!(said.contains(part), "{given:?} gave `{said}`, which lacks `{part}`");
            }
        }
    }

    #[test]
    fn the_key_seven_is_the_key_seven() {
        let toml = super::super::assign::from_toml("key = 7", "a.toml").unwrap();
        assert_eq!(Request::resolve(&FAMILY[0], &FAMILY, &[&toml]).unwrap().key, resolve(&["key=7"]).unwrap().key);
    }

    #[test]
    fn toml_takes_lists_and_ranges_as_text() {
        let toml =
            super::super::assign::from_toml("keep = \"lin(0.5,1,2)\"\nwidths = [64, 32]\nnoise = [1, 2.5]\n", "a.toml")
                .unwrap();
        let request = Request::resolve(&FAMILY[0], &FAMILY, &[&toml]).unwrap();
        assert_eq!(request.values("keep"), [Value::Real(0.5), Value::Real(1.0)]);
        assert_eq!(request.values("widths"), [Value::Integers(vec![64, 32])]);
        assert_eq!(request.values("noise"), [Value::Real(1.0), Value::Real(2.5)]);
    }
}
