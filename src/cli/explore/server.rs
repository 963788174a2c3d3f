//! The server: a page, pictures, a check of scenarios, a way to cancel. It holds no files and opens none.

use super::guard::{Names, guard};
use super::jobs::{AT_ONCE, Job, Jobs, LONGEST, LONGEST_NAME};
use crate::explorer::bench::{Bench, MOST_TEXT, Trouble};
use crate::explorer::page::Page;
use crate::explorer::request::Request as Wanted;
use crate::explorer::view::{describe_own, show};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;

/// Most bytes of a request: a scenario as JSON, with room for escapes.
const MOST_BYTES: usize = 3 * MOST_TEXT;
/// A run that takes longer tells how far it is, so often.
const TELL: Duration = Duration::from_millis(200);

/// What all requests share.
#[derive(Debug)]
struct Shared {
    html: String,
    jobs: Jobs,
}

/// What the page sends for a picture.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// Name that a tab gave itself.
    tab: String,
    /// What it wants.
    request: Wanted,
}

/// What the page sends to cancel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    tab: String,
}

/// What the page sends to have a scenario checked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

/// All routes, for a server on a port of loopback.
pub fn app(page: Page, port: u16) -> Router {
    let policy = HeaderValue::from_str(&page.policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    Router::new()
        .route("/", get(front))
        .route("/view", post(view))
        .route("/lesson", post(lesson))
        .route("/cancel", post(cancel))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state((Names::of(port), policy), guard))
        .with_state(Arc::new(Shared { html: page.html, jobs: Jobs::default() }))
}

/// Serves until it is dropped.
///
/// # Errors
/// When the socket breaks.
pub async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    axum::serve(listener, app).await
}

async fn front(State(shared): State<Arc<Shared>>) -> Html<String> {
    Html(shared.html.clone())
}

/// Reads JSON by hand, so that what is wrong with it is told in one way.
fn read<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T, Box<Response>> {
    let wrong = |error| json!({ "wrong": format!("the request: {error}") });
    serde_json::from_slice(body).map_err(|error: serde_json::Error| Box::new((StatusCode::BAD_REQUEST, Json(wrong(error))).into_response()))
}

/// The system is doing as much as it may.
fn busy() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "{\"wrong\":\"too many pictures are being made at once; try again in a moment\"}\n").into_response()
}

async fn cancel(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    match read::<Cancel>(&body) {
        Ok(Cancel { tab }) => {
            shared.jobs.cancel(&tab);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(response) => *response,
    }
}

/// Checks a scenario and makes a lesson of it.
async fn lesson(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let text = match read::<Text>(&body) {
        Ok(Text { text }) => text,
        Err(response) => return *response,
    };
    let Ok(place) = Arc::clone(&shared.jobs.places).try_acquire_owned() else {
        return busy();
    };
    let made = spawn_blocking(move || {
        let _place = place;
        describe_own(&text)
    });
    let answer = match made.await {
        Ok(Ok(lesson)) => json!({ "lesson": lesson }),
        Ok(Err(trouble)) => told(&trouble),
        Err(_) => json!({ "wrong": "the check broke off" }),
    };
    Json(answer).into_response()
}

/// Trouble as the page is told about it.
fn told(trouble: &Trouble) -> Value {
    match trouble {
        Trouble::Wrong(what) => json!({ "wrong": what }),
        Trouble::Stopped => json!({ "stopped": true }),
    }
}

/// Makes a picture: lines of JSON, some with progress, the last with the picture or with what is wrong.
async fn view(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let Order { tab, request } = match read(&body) {
        Ok(order) => order,
        Err(response) => return *response,
    };
    if tab.len() > LONGEST_NAME {
        return (StatusCode::BAD_REQUEST, "{\"wrong\":\"the name of the tab is too long\"}\n").into_response();
    }
    // First the earlier run of this tab is stopped: it may hold the place that is needed.
    let job = shared.jobs.begin(&tab);
    let Ok(place) = Arc::clone(&shared.jobs.places).try_acquire_owned() else {
        return busy();
    };
    let (lines, stream) = mpsc::channel::<Result<String, Infallible>>(AT_ONCE);
    tokio::spawn(async move {
        let _place = place;
        let answer = tokio::select! {
            answer = finish(&shared, &job, request, &lines) => answer,
            // Nobody is waiting any more.
            () = lines.closed() => return job.stop(),
        };
        let _ = lines.send(Ok(format!("{answer}\n"))).await;
    });
    let kind = [(CONTENT_TYPE, "application/x-ndjson")];
    (kind, Body::from_stream(ReceiverStream::new(stream))).into_response()
}

/// Waits for its turn, runs, and tells how far it is meanwhile.
async fn finish(shared: &Shared, job: &Arc<Job>, request: Wanted, lines: &mpsc::Sender<Result<String, Infallible>>) -> Value {
    let Ok(permit) = Arc::clone(&shared.jobs.permits).acquire_owned().await else {
        return json!({ "wrong": "the program is ending" });
    };
    let began = Instant::now();
    let mut work = {
        let job = Arc::clone(job);
        spawn_blocking(move || {
            let _permit = permit;
            show(&request, &Bench::new(&*job))
        })
    };
    let made = loop {
        tokio::select! {
            made = &mut work => break made,
            () = tokio::time::sleep(TELL) => {
                // A full channel means that nobody has read the last one yet.
                let _ = lines.try_send(Ok(format!("{}\n", json!({ "progress": job.done() }))));
            }
        }
    };
    match made {
        Ok(Ok(mut view)) => {
            view.work = format!("{} in {} ms.", view.work, began.elapsed().as_millis());
            json!({ "view": view })
        }
        Ok(Err(Trouble::Stopped)) if job.late() => {
            json!({ "wrong": format!("stopped after {} seconds; take fewer clients or replicates", LONGEST.as_secs()) })
        }
        Ok(Err(trouble)) => told(&trouble),
        Err(_) => json!({ "wrong": "the simulation broke off" }),
    }
}
