//! The explorer's page in a real browser. `tests/browser/run` installs what it needs, or says why it cannot.

mod driver;

use driver::{Browser, Key};
use prunelaw::engine::effort::Effort;
use prunelaw::engine::stop::Stop;
use prunelaw::explore::{Explorer, Lab};
use prunelaw::runner::How;
use prunelaw::sims::SIMS;
use prunelaw::store::Store;
use prunelaw::theorems::THEOREMS;
use std::thread::JoinHandle;

/// An explorer of the real sims and claims, on a port of its own.
struct Served {
    url: String,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Served {
    fn new() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let lab = Lab {
            store: Store::new(folder.path()),
            how: How::default(),
            sims: SIMS,
            claims: THEOREMS,
            effort: Effort::Smoke,
            key: "0".to_owned(),
        };
        let explorer = Explorer::bind("127.0.0.1", 0, lab).unwrap();
        let (url, stop) = (explorer.url(), Stop::new());
        let serving = stop.clone();
        let thread = Some(std::thread::spawn(move || explorer.serve(&serving).unwrap()));
        Served { url, stop, thread, _folder: folder }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.request();
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(ended.is_none_or(|ended| ended.is_ok()) || std::thread::panicking());
    }
}

/// A page of the explorer in a window of a laptop.
fn page(query: &str) -> (Served, Browser) {
    let (served, browser) = (Served::new(), Browser::open(1280, 720));
    browser.go(&format!("{}{query}", served.url));
    (served, browser)
}

const IDLE: &str = "/trained in|stored already|solved/.test(document.querySelector('#status').textContent)";

#[test]
#[ignore = "needs chromium and chromedriver: tests/browser/run"]
fn the_slider_redraws_and_the_address_holds_it() {
    let (_served, browser) = page("?replicas=2");
    // The training at the slider comes first, then 12 fractions of 2 replicas.
    browser.wait("document.querySelectorAll('#threshold-accuracy .point').length >= 24");
    browser.wait(IDLE);
    assert!(browser.eval("return document.querySelectorAll('#curves-alignment .line.signal').length") == 2);
    let command = browser.text("[aria-label='command of the training']");
    browser.focus("#prune");
    browser.press(Key::Right);
    browser.wait("location.search.includes('prune=0.82')");
    let moved = "document.querySelector(\"[aria-label='command of the training']\").textContent.includes('prune=0.82')";
    browser.wait(moved);
    assert!(!command.contains("prune=0.82"), "{command}");
    let at = browser.eval("return location.href");
    browser.go(at.as_str().unwrap());
    browser.wait(IDLE);
    assert_eq!(browser.eval("return document.querySelector('#prune-prune').value"), "0.82");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs chromium and chromedriver: tests/browser/run"]
fn a_cell_of_the_diagram_shows_its_replicas_and_leads_to_its_curve() {
    let (_served, browser) = page("?view=phase&effort=smoke&cells=4&replicas=2");
    browser.wait(IDLE);
    assert_eq!(browser.eval("return document.querySelectorAll('#phase-map .cell:not(.empty)').length"), 16);
    browser.click("#phase-map [data-i='2'][data-j='3']");
    browser.wait("document.querySelectorAll('#phase-cell tbody tr').length === 2");
    browser.focus("#phase-map svg");
    browser.press(Key::Right);
    browser.wait("location.search.includes('cell=3%2C3')");
    browser.click("#phase-cell a.button");
    browser.wait("location.search.includes('view=threshold')");
    browser.wait("document.querySelector('#prune-keep')?.value === '1'");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs chromium and chromedriver: tests/browser/run"]
fn a_claim_is_found_and_checked() {
    let (_served, browser) = page("?view=claims");
    browser.wait("document.querySelectorAll('#claims-list a').length > 30");
    browser.eval(
        "const find = document.querySelector('#claims-find'); find.value = 'growth_step_identity'; \
         find.dispatchEvent(new Event('input'))",
    );
    browser.wait("document.querySelectorAll('#claims-list a').length === 1");
    browser.click("#claims-list a");
    browser.wait("document.querySelector('#claim h2')?.textContent === 'growth_step_identity'");
    browser.click(".check button[type=submit]");
    browser.wait("document.querySelector('#verdict .verdict.holds')");
    assert!(browser.text("[aria-label='command of the check']").starts_with("prunelaw verify growth_step_identity"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs chromium and chromedriver: tests/browser/run"]
fn sums_follow_the_hand_and_the_diagram_leads_it() {
    let (_served, browser) = page("?view=sums&replicas=20");
    browser.wait(IDLE);
    assert!(browser.text("#sums-says").starts_with("256 sums"));
    browser.focus("#samples");
    browser.press(Key::Right);
    browser.wait("document.querySelector('#sums-says').textContent.startsWith('512 sums')");
    browser.focus("#sums-map svg");
    browser.press(Key::Up);
    browser.wait("location.search.includes('bits=5')");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs chromium and chromedriver: tests/browser/run"]
fn a_mask_shows_what_lives_and_what_collapses() {
    let (_served, browser) = page("?view=masks&rule=synflow&prune=0.9");
    browser.wait("document.querySelectorAll('#masks-net .edge.live').length > 10");
    // SynFlow keeps whole paths, and 39 of 392 weights.
    assert_eq!(browser.eval("return document.querySelectorAll('#masks-net .edge').length"), 39);
    assert!(browser.text("#masks-says").contains("39 of 392 weights kept"));
    browser.eval(
        "const rule = document.querySelector('#rule'); rule.value = 'random'; rule.dispatchEvent(new Event('change'))",
    );
    browser.wait("document.querySelectorAll('#masks-net .edge.dead').length > 0");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs chromium and chromedriver: tests/browser/run"]
fn every_view_fits_and_every_control_has_a_name() {
    let served = Served::new();
    for (width, height) in [(1280, 720), (500, 844)] {
        let browser = Browser::open(width, height);
        for view in ["threshold", "phase", "robustness", "sums", "masks", "claims"] {
            browser.go(&format!("{}?view={view}&replicas=1&cells=4&id=growth_step_identity", served.url));
            browser.wait("document.querySelector('#main').children.length > 0");
            let wide = browser.eval("return document.scrollingElement.scrollWidth - innerWidth");
            assert!(wide.as_i64() <= Some(0), "{view} at {width}: {wide} pixels too wide");
            let nameless = browser.eval(
                "return [...document.querySelectorAll('input, select, button, svg[role=img]')] \
                 .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())) \
                 .map((e) => e.outerHTML.slice(0, 90))",
            );
            assert_eq!(nameless, serde_json::json!([]), "{view}");
        }
    }
}
