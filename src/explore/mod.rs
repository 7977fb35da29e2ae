//! The explorer: a page on this machine whose sliders drive the runner.
//!
//! ```text
//! page -> GET /api/stream?view&sim&settings -> ask: Study -> desk: one computation per view -> runner::compute -> feed: events
//! ```
//!
//! A view of the page asks for a sim with settings, in the words of `--set`, and is sent rows as they are finished: the
//! stored ones at once, the missing ones as the runner computes and stores them. The newest question of a view makes the
//! older one moot, and a page that goes away stops its work. A new view is a name in [`VIEWS`] and a module of the page.
//!
//! * [`Explorer`]: the server
//! * `ask`: from a query to a checked study, and the command that computes the same
//! * `desk`: one computation per view at a time, the newest question's
//! * `feed`: what a computation sends
//! * `marks`: derived boundaries beside the rows
//! * `turn`: one question at work, until a newer one takes its place
//! * `check`: the claims, and a check that is watched
//! * `export`: rows and pictures as files
//! * `offline`: one HTML file whose sliders stay alive on what was computed
//! * `masks`: one small network under one pruning rule
//! * `bounds`: the laws of robustness at one setting
//! * `query`: a few named values
//! * `sums`: one sample and all its subset sums
//! * `start`: what the page needs to know before it asks: sims, fields, presets
//! * `guard`: nobody but this page drives the server
//! * `assets`: the page, in the binary

mod ask;
mod assets;
mod bounds;
mod check;
mod desk;
mod export;
mod feed;
mod guard;
mod marks;
mod masks;
mod offline;
mod query;
mod refusal;
mod start;
mod sums;
mod turn;

pub use desk::VIEWS;

use crate::engine::effort::Effort;
use crate::engine::stop::Stop;
use crate::runner::How;
use crate::sims::Sim;
use crate::store::Store;
use crate::theorems::Claim;
use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::Desk;
use refusal::Refusal;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

/// What the explorer works with.
#[derive(Clone)]
pub struct Lab {
    /// Where rows are read and stored.
    pub store: Store,
    /// Threads and device.
    pub how: How,
    /// The sims that the page may ask for.
    pub sims: &'static [&'static dyn Sim],
    /// The claims that the page shows and checks.
    pub claims: &'static [&'static dyn Claim],
    /// The page's first size.
    pub effort: Effort,
    /// The page's first key.
    pub key: String,
}

/// A server that has its port.
pub struct Explorer {
    listener: TcpListener,
    host: String,
    address: SocketAddr,
    lab: Lab,
}

/// Why there is no explorer.
#[derive(Debug, thiserror::Error)]
pub enum ExploreError {
    /// The host is no name or address of this machine.
    #[error("cannot listen on host `{host}`: {source}")]
    Host {
        /// What was given.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else has the port.
    #[error("port {port} on {host} is taken; choose another with --port, or a free one with --port 0")]
    PortTaken {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The system refused.
    #[error("cannot serve: {0}")]
    Io(#[from] io::Error),
}

/// What every request sees.
struct Server {
    lab: Lab,
    desk: Desk,
    host: String,
    address: IpAddr,
}

impl Explorer {
    /// Takes a port on `host`; port 0 takes a free one.
    ///
    /// # Errors
    /// [`ExploreError`]: an unknown host, or a port that is taken.
    pub fn bind(host: &str, port: u16, lab: Lab) -> Result<Explorer, ExploreError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let refused = |source| ExploreError::Host { host: host.to_owned(), source };
        let addresses: Vec<SocketAddr> = (bare, port).to_socket_addrs().map_err(refused)?.collect();
        let listener = TcpListener::bind(addresses.as_slice()).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ExploreError::PortTaken { host: host.to_owned(), port },
            _ => refused(source),
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Explorer { listener, host: bare.to_owned(), address, lab })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        format!("http://{host}:{}/", self.address.port())
    }

    /// Serves until `stop` is raised; then cuts running computations and returns within a second.
    ///
    /// # Errors
    /// If the system refuses threads or the listener.
    pub fn serve(self, stop: &Stop) -> Result<(), ExploreError> {
        let Explorer { listener, host, address, lab } = self;
        let server = Arc::new(Server { lab, desk: Desk::default(), host, address: address.ip() });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let ended = async {
                raised(stop).await;
                server.desk.close();
                // Streams say goodbye; a browser that keeps its connection open cannot hold us.
                tokio::time::sleep(Duration::from_millis(200)).await;
            };
            tokio::select! {
                served = axum::serve(listener, router(Arc::clone(&server))) => served,
                () = ended => Ok(()),
            }
        });
        runtime.shutdown_timeout(Duration::from_millis(500));
        Ok(served?)
    }
}

/// A flag of signal handlers and threads cannot wake a task: it is looked at.
async fn raised(stop: &Stop) {
    while !stop.requested() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn router(server: Arc<Server>) -> Router {
    let api = Router::new()
        .route("/start", get(|State(server): State<Arc<Server>>| async move { start::answer(&server.lab) }))
        .route("/stream", get(stream))
        .route("/claims", get(|State(server): State<Arc<Server>>| async move { check::claims(&server.lab) }))
        .route("/check", get(check::answer))
        .route("/file", get(export::answer))
        .route("/sums", get(sums::answer))
        .route("/mask", get(masks::answer))
        .route("/bounds", get(bounds::answer))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&server), guard::same_origin));
    Router::new()
        .nest("/api", api)
        .fallback(assets::answer)
        .layer(from_fn_with_state(Arc::clone(&server), guard::same_host))
        .with_state(server)
}

async fn stream(State(server): State<Arc<Server>>, uri: Uri) -> Result<Response, Refusal> {
    let ask = ask::Ask::read(&uri, &server.lab)?;
    Ok(feed::answer(server, ask).into_response())
}

async fn unknown(uri: Uri) -> Refusal {
    Refusal::not_found(&uri)
}

async fn wrong_method() -> Refusal {
    Refusal::wrong_method()
}
