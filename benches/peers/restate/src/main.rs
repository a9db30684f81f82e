//! `peer-restate INGRESS SECONDS`: serves a handler of ten trivial steps on port 9080, calls it through Restate's
//! ingress with 1, 16, 64 and 256 calls at once, and prints a row each. `run.sh` starts the server and registers it.

use std::time::{Duration, Instant};

use restate_sdk::prelude::*;

const STEPS: u64 = 10;

struct Steps;

#[service]
impl Steps {
    #[handler]
    async fn ten(&self, context: Context<'_>, first: u64) -> Result<u64, HandlerError> {
        let mut n = first;
        for _ in 0..STEPS {
            n = context.run(|| async move { Ok(n + 1) }).name("add").await?;
        }
        Ok(n)
    }
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let ingress = args
        .next()
        .unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let seconds = args.next().and_then(|text| text.parse().ok()).unwrap_or(5);
    let Ok(address) = "127.0.0.1:9080".parse() else {
        return;
    };
    tokio::spawn(
        HttpServer::new(Endpoint::builder().bind(Steps).build()).listen_and_serve(address),
    );
    println!("serving");
    let client = reqwest::Client::new();
    // Until `run.sh` has registered this service.
    while call(&client, &ingress).await.is_none() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("| runs at once | runs/s | steps/s | p50 of a run | p99 |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for at_once in [1, 16, 64, 256] {
        let time = Duration::from_secs(seconds);
        load(&client, &ingress, at_once, time / 4).await;
        let mut times = load(&client, &ingress, at_once, time).await;
        times.sort_unstable();
        let runs = times.len() as f64 / time.as_secs_f64();
        let at = |percent: usize| {
            times
                .get(times.len() * percent / 100)
                .copied()
                .unwrap_or_default()
        };
        println!(
            "| {at_once} | {runs:.0} | {:.0} | {:.1} ms | {:.1} ms |",
            runs * STEPS as f64,
            at(50).as_secs_f64() * 1e3,
            at(99).as_secs_f64() * 1e3,
        );
    }
}

/// Calls once; how long it took, when it gave what it has to.
async fn call(client: &reqwest::Client, ingress: &str) -> Option<Duration> {
    let begun = Instant::now();
    let call = client
        .post(format!("{ingress}/Steps/ten"))
        .header("content-type", "application/json")
        .body("1");
    let text = call.send().await.ok()?.text().await.ok()?;
    (text == (1 + STEPS).to_string()).then(|| begun.elapsed())
}

/// Keeps so many calls under way for some time.
async fn load(
    client: &reqwest::Client,
    ingress: &str,
    at_once: usize,
    time: Duration,
) -> Vec<Duration> {
    let end = Instant::now() + time;
    let mut tasks = Vec::new();
    for _ in 0..at_once {
        let (client, ingress) = (client.clone(), ingress.to_owned());
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                times.extend(call(&client, &ingress).await);
            }
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap_or_default());
    }
    times
}
