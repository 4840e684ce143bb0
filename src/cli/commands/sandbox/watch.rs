//! `sandbox up --watch`: a changed spec or policy file is served at once; one with errors leaves the gateway as it was.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::bring_up;
use super::up::{Args, Zone, options};
use crate::azure::CancelFlag;
use crate::cli::commands::deploy::sandbox as deploying;
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::cli::ui::{Mark, Ui};

/// How often files are looked at. Asking for their dates costs microseconds, and needs no service of the system.
const INTERVAL: Duration = Duration::from_millis(200);

/// What tells one state of a file from another; None where it is not there.
type Stamp = Option<(std::time::SystemTime, u64)>;

/// The files behind one gateway as they were when last looked at.
struct Watched {
    files: Vec<PathBuf>,
    served: Vec<Stamp>,
    /// Changed, but perhaps still being written.
    seen: Vec<Stamp>,
}

/// Serves changes until `stop`. A file with errors is told and waited for.
pub(super) async fn serve_changes(
    mut zones: Vec<Zone>,
    args: &Args,
    ui: &Ui,
    stop: impl Future<Output = ()>,
) -> Vec<Zone> {
    let mut watched: Vec<Watched> = zones.iter().map(|zone| of_zone(zone, args)).collect();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return zones,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        for (zone, watched) in zones.iter_mut().zip(&mut watched) {
            if !watched.has_changed() {
                continue;
            }
            let began = Instant::now();
            let reloaded = tokio::select! {
                () = &mut stop => return zones,
                reloaded = reload(zone, args, ui) => reloaded,
            };
            let spec = files::shown(&zone.spec);
            match reloaded {
                Ok(()) => {
                    // It may be made of other files now.
                    let made_of = of_zone(zone, args);
                    if made_of.files != watched.files {
                        *watched = made_of;
                    }
                    let ms = began.elapsed().as_millis();
                    ui.step(Mark::Done, &format!("{spec}: served as it is now, after {ms} ms"));
                }
                Err(error) => {
                    ui.tell(&error);
                    ui.step(
                        Mark::Failed,
                        &format!("{spec}: not served; the gateway goes on with what it had"),
                    );
                }
            }
        }
    }
}

fn of_zone(zone: &Zone, args: &Args) -> Watched {
    let made_of = zone.prepared.rendered.files.iter().map(PathBuf::as_path);
    Watched::new(args.watched(&zone.spec).chain(made_of))
}

async fn reload(zone: &mut Zone, args: &Args, ui: &Ui) -> Result<(), CommandError> {
    let prepared = bring_up::prepare(&zone.spec, &args.layers, &CancelFlag::default()).await?;
    // The trace goes on where it went: the server keeps who observes it.
    let options = options(args, &zone.spec, None)?;
    zone.landing.replace(prepared.arm.state(), &options).await.map_err(deploying::not_landed)?;
    ui.warnings(&prepared.rendered.warnings);
    ui.warnings(&zone.landing.warnings);
    zone.prepared = prepared;
    Ok(())
}

impl Watched {
    fn new<'a>(paths: impl Iterator<Item = &'a Path>) -> Self {
        let files: Vec<PathBuf> = paths.map(Path::to_owned).collect();
        let served: Vec<Stamp> = files.iter().map(|path| stamp(path)).collect();
        Self { seen: served.clone(), files, served }
    }

    /// Whether there is something new that has not changed since the last look: an editor may be in the midst of writing.
    fn has_changed(&mut self) -> bool {
        let now: Vec<Stamp> = self.files.iter().map(|path| stamp(path)).collect();
        let is_settled = now == self.seen;
        self.seen = now;
        if !is_settled || self.seen == self.served {
            return false;
        }
        self.served.clone_from(&self.seen);
        true
    }
}

fn stamp(path: &Path) -> Stamp {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_it_has_settled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spec.yaml");
        std::fs::write(&path, "a").unwrap();
        let mut watched = Watched::new(std::iter::once(path.as_path()));
        assert!(!watched.has_changed());
        std::fs::write(&path, "ab").unwrap();
        assert!(!watched.has_changed(), "it may still be being written");
        assert!(watched.has_changed());
        assert!(!watched.has_changed(), "it is served now");
        std::fs::remove_file(&path).unwrap();
        assert!(!watched.has_changed());
        assert!(watched.has_changed(), "that it is gone is told once");
        assert!(!watched.has_changed());
    }
}
