//! `dyadsim explore`: the lessons as a page in the browser, served from here to this machine only.

pub mod args;
mod guard;
mod jobs;
mod server;

use super::browser;
use super::failure::{End, Failure};
use super::terminal::{Messages, answer};
use crate::explorer::bench::Trouble;
use crate::explorer::lessons::own;
use crate::explorer::page::page;
use crate::explorer::view::describe_own;
use anyhow::{Context, anyhow};
use args::Explore;
use std::fs;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

/// Serves the page until it is interrupted.
///
/// # Errors
/// The scenario cannot be read or is wrong, or the port is taken.
pub fn run(args: &Explore) -> Result<End, Failure> {
    args.threads.start()?;
    let text = match &args.file {
        Some(file) => fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display())).map_err(Failure::Io)?,
        None => own::LESSON.scenario.to_owned(),
    };
    let own = describe_own(&text).map_err(|trouble| match trouble {
        Trouble::Wrong(what) => Failure::Input(anyhow!(what)),
        Trouble::Stopped => Failure::Input(anyhow!("stopped")),
    })?;
    let page = page(&own, args.file.is_some());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start").map_err(Failure::Io)?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))
            .await
            .with_context(|| format!("cannot listen on port {}; without --port a free one is taken", args.port))
            .map_err(Failure::Io)?;
        let port = listener.local_addr().context("cannot listen").map_err(Failure::Io)?.port();
        let address = format!("http://127.0.0.1:{port}/");
        answer(&format!("{address}\n"))?;
        // Not by eprintln!, which breaks off when standard error is closed.
        let messages = Messages { quiet: false };
        messages.say(&format!("The explorer is open at {address} (this machine only). Stop it with Ctrl-C."));
        if !args.no_open {
            browser::open(&address, "open the address yourself", messages);
        }
        let stopped = async {
            // Where the system has no such signal, that is no reason to stop.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = server::serve(listener, server::app(page, port)) => ended.context("the server broke off").map_err(Failure::Io)?,
            () = stopped => {}
        }
        Ok(End::Done)
    })
}
