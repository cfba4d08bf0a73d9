//! What keeps a cache of an upstream service up to date: its event log, scans, and comparisons of answers.
//!
//! What to ask is decided in the database; several gateways may do this at the same time. After a failure the task waits,
//! longer each time, while requests are answered as before.

use crate::app::App;
use crate::database::{Parameter, User};
use crate::entities::{self, Entities};
use axum::body::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// Steps of scans and comparisons between two looks at the event log.
const STEPS: usize = 20;

/// Runs until the gateway ends.
pub(crate) async fn keep_up(app: Arc<App>, mut samples: mpsc::Receiver<Bytes>) {
    let Some(entities) = &app.entities else { return };
    let settings = &entities.settings;
    let (Some(name), Some(key)) = (&settings.entity_script, &settings.entity_script_key) else {
        return;
    };
    let auth = json!({"script_name": name, "script_key": key});
    let poll = Duration::from_secs_f64(settings.entity_poll.clamp(0.01, 86400.0));
    let mut failures = 0;
    loop {
        let task = Task {
            app: &app,
            entities,
            auth: &auth,
        };
        match task.round(&mut samples).await {
            Ok(is_busy) => {
                failures = 0;
                if !is_busy {
                    tokio::time::sleep(poll).await;
                }
            }
            Err(problem) => {
                let pause = entities::backoff(failures);
                tracing::warn!(
                    "the cache is not kept up to date, again in {} s: {problem}",
                    pause.as_secs()
                );
                app.metrics.entities.with_label_values(&["task_failed"]).inc();
                failures += 1;
                tokio::time::sleep(pause).await;
            }
        }
    }
}

struct Task<'a> {
    app: &'a Arc<App>,
    entities: &'a Entities,
    auth: &'a Value,
}

impl Task<'_> {
    /// One look at everything. Gives whether there is more to do at once.
    async fn round(&self, samples: &mut mpsc::Receiver<Bytes>) -> Result<bool, String> {
        let owner = self
            .entities
            .owner(self.app)
            .await
            .map_err(|failure| failure.message().to_string())?;
        let mut is_busy = self.follow_events(&owner).await?;
        is_busy |= self.scan(&owner).await?;
        self.compare(&owner, samples).await?;
        Ok(is_busy)
    }

    /// Calls a function with the cache and documents.
    async fn call(&self, owner: &Arc<User>, function: &str, arguments: &[&str]) -> Result<Value, String> {
        let mut list = String::from("$1");
        for (at, argument) in arguments.iter().enumerate() {
            // A moment comes last, as text.
            let is_document = argument.starts_with(['{', '[']);
            let of_type = if is_document { "jsonb" } else { "timestamptz" };
            list += &format!(", ${}::text::{of_type}", at + 2);
        }
        let mut values: Vec<&dyn Parameter> = vec![&self.entities.settings.entity_cache];
        for argument in arguments {
            values.push(argument);
        }
        let answer = self
            .app
            .database
            .ask(owner, &format!("SELECT msar.{function}({list})::text"), &values)
            .await
            .map_err(|failure| failure.message().to_string())?;
        serde_json::from_str(answer.as_deref().unwrap_or("null")).map_err(|error| error.to_string())
    }

    async fn follow_events(&self, owner: &Arc<User>) -> Result<bool, String> {
        let plan = self.call(owner, "cache_event_plan", &[]).await?;
        let asked_at = plan["asked_at"].as_str().unwrap_or_default();
        let reply = self.entities.upstream.read(self.auth, &plan["events"]).await?;
        let applied = self
            .call(owner, "cache_apply_events", &[&reply, asked_at])
            .await?;
        for read in plan["reads"].as_array().into_iter().flatten() {
            let reply = self.entities.upstream.read(self.auth, read).await?;
            entities::ingest(self.app, self.entities, &read.to_string(), &reply, asked_at)
                .await
                .map_err(|failure| failure.message().to_string())?;
        }
        Ok(applied["more"] == true || applied["applied"] != 0)
    }

    async fn scan(&self, owner: &Arc<User>) -> Result<bool, String> {
        let plan = self.call(owner, "cache_scan_plan", &[]).await?;
        let asked_at = plan["asked_at"].as_str().unwrap_or_default();
        let scans = plan["scans"].as_array().map_or(&[][..], Vec::as_slice);
        let metrics = &self.app.metrics;
        metrics.scans.set(i64::try_from(scans.len()).unwrap_or(i64::MAX));
        for scan in scans.iter().take(STEPS) {
            let reply = self.entities.upstream.read(self.auth, &scan["request"]).await?;
            let result = self
                .call(owner, "cache_scan_result", &[&scan.to_string(), &reply, asked_at])
                .await?;
            let rows = |member: &str| result[member].as_u64().unwrap_or_default();
            let name = scan["scan"].as_str().unwrap_or_default();
            let scanned = metrics.scanned.with_label_values(&[name]);
            scanned.inc_by(rows("stored") + rows("ignored"));
        }
        Ok(!scans.is_empty())
    }

    /// Asks upstream for what was answered from the cache.
    async fn compare(&self, owner: &Arc<User>, samples: &mut mpsc::Receiver<Bytes>) -> Result<(), String> {
        let plan = self.call(owner, "cache_shadow_plan", &[]).await?;
        let fraction = plan["fraction"].as_f64().unwrap_or_default();
        let every = if fraction > 0.0 {
            (1.0 / fraction).round() as u64
        } else {
            0
        };
        self.entities.sampled.store(every, Ordering::Relaxed);
        for _ in 0..STEPS {
            let Ok(body) = samples.try_recv() else { break };
            let reply = self.entities.upstream.read_body(body.clone()).await?;
            let request = String::from_utf8_lossy(&body);
            self.call(owner, "cache_compare", &[&request, &reply]).await?;
        }
        for parameters in plan["again"].as_array().into_iter().flatten() {
            let method = if parameters.get("summaries").is_some() {
                "summarize"
            } else {
                "read"
            };
            let body = json!({"method_name": method, "params": [self.auth, parameters]}).to_string();
            let reply = self.entities.upstream.read_body(body.clone().into()).await?;
            self.call(owner, "cache_compare", &[&body, &reply]).await?;
        }
        Ok(())
    }
}
