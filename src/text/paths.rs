//! Paths inside a `World`: `/`-separated text, resolved without asking the file system.

/// Returns the folder part of `path`, without the trailing slash; empty for a bare file name.
pub fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

/// Returns `relative` as seen from the folder `base`, normalized. An absolute `relative` wins.
pub fn join(base: &str, relative: &str) -> String {
    if base.is_empty() || relative.starts_with('/') {
        normalize(relative)
    } else {
        normalize(&format!("{base}/{relative}"))
    }
}

/// Returns `path` as seen from the folder `base`, both normalized and relative to the same root.
pub fn relative(base: &str, path: &str) -> String {
    let from: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let common = from.iter().zip(&to[..to.len() - 1]).take_while(|(left, right)| left == right).count();
    let mut steps = vec![".."; from.len() - common];
    steps.extend(&to[common..]);
    steps.join("/")
}

/// Resolves `.` and `..` by text; a `..` that would leave the root of a relative path is kept, so that the
/// caller can see and refuse it.
fn normalize(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_seen_from_a_folder() {
        for (base, path, expected) in [
            ("", "main.bicep", "main.bicep"),
            ("a", "a/b/c.bicep", "b/c.bicep"),
            ("a/b", "a/c.bicep", "../c.bicep"),
            ("a/b", "d", "../../d"),
        ] {
            assert_eq!(relative(base, path), expected, "{path} from {base}");
        }
    }

    #[test]
    fn joins_and_normalizes_by_text() {
        for (base, relative, expected) in [
            ("bicep/genai", "./modules/pool.bicep", "bicep/genai/modules/pool.bicep"),
            ("bicep/genai", "../shared/a.json", "bicep/shared/a.json"),
            ("", "main.bicep", "main.bicep"),
            ("a", "../../../etc/passwd", "../../etc/passwd"),
            ("/a/b", "../../../c", "/c"),
            ("a", "/abs/x", "/abs/x"),
        ] {
            assert_eq!(join(base, relative), expected, "{base} + {relative}");
        }
        assert_eq!(parent("a/b/c.bicep"), "a/b");
        assert_eq!(parent("c.bicep"), "");
    }
}
