//! Patterns of names and paths: `*` and `?` within a name, `**` for any number of folders.

/// Folders that a pattern can name; deeper ones are not looked for.
const STEPS_MAX: usize = 256;

/// Matches a name against `*` (any characters) and `?` (one), in time proportional to the product of both lengths.
pub fn wildcard(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match &mut star {
                Some((star, taken)) => {
                    *taken += 1;
                    at = *star + 1;
                    from = *taken;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// Matches a `/`-separated path, however it is capitalised. A step `**` stands for any number of folders, also none.
pub fn glob(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.to_lowercase(), path.to_lowercase());
    let steps: Vec<&str> = pattern.split('/').filter(|step| !matches!(*step, "" | ".")).collect();
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    if steps.len() > STEPS_MAX || names.len() > STEPS_MAX {
        return false;
    }
    // Whether the steps up to here fit the names before each place.
    let mut fits = vec![false; names.len() + 1];
    fits[0] = true;
    for step in steps {
        let mut next = vec![false; names.len() + 1];
        for at in 0..=names.len() {
            next[at] = if step == "**" {
                fits[at] || at > 0 && next[at - 1]
            } else {
                at > 0 && fits[at - 1] && wildcard(step, names[at - 1])
            };
        }
        fits = next;
    }
    fits[names.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_a_pattern_of_names_and_folders() {
        for (pattern, path, expected) in [
            ("*.bicep", "main.bicep", true),
            ("*.bicep", "a/main.bicep", false),
            ("**/*.bicep", "main.bicep", true),
            ("**/*.bicep", "a/b/main.bicep", true),
            ("**/main.bicep", "a/other.bicep", false),
            ("a/**", "a/b/c", true),
            ("a/**/c", "a/c", true),
            ("a/*/c", "a/b/b/c", false),
            ("./a/?.BICEP", "a/x.bicep", true),
            ("", "a", false),
            ("**", "a/b", true),
        ] {
            assert_eq!(glob(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_are_no_trap() {
        let (stars, name) = ("*a".repeat(200), "a".repeat(150));
        assert!(!wildcard(&format!("{stars}b"), &name));
        assert!(!glob(&"**/a/".repeat(100), &"a/".repeat(90)));
    }
}
