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
