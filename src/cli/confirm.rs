//! A question to the person at the terminal, before something that nothing brings back.

use std::io::{self, BufRead};

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;

/// Longer than any name; whoever pipes a file in gets an answer too.
const ANSWER_BYTES_MAX: u64 = 1024;

/// Waits until `name` is typed, anything else is, or `stop` comes to its end.
///
/// # Errors
/// `Cancelled` in every case but the first.
pub(crate) async fn confirmed(
    from: impl BufRead + Send + 'static,
    name: &str,
    stop: impl Future<Output = ()>,
) -> Result<(), CommandError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let name = name.to_owned();
    // Nothing ends a read of a terminal, so its thread is left behind: the runtime would wait for one of its own.
    std::thread::spawn(move || drop(tell.send(is_typed(from, &name))));
    let is_typed = tokio::select! {
        typed = told => matches!(typed, Ok(Ok(true))),
        () = stop => false,
    };
    if is_typed {
        return Ok(());
    }
    Err(CommandError::new(Exit::Cancelled, "not confirmed, nothing was deleted"))
}

/// Whether the next line of `from` is `name`, blanks around it aside.
fn is_typed(from: impl BufRead, name: &str) -> io::Result<bool> {
    let mut answer = String::new();
    from.take(ANSWER_BYTES_MAX).read_line(&mut answer)?;
    Ok(answer.trim() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_itself_is_a_yes() {
        for (typed, expected) in [
            ("lzv01\n", true),
            ("lzv01", true),
            ("  lzv01\r\n", true),
            ("", false),
            ("\n", false),
            ("yes\n", false),
            ("y\n", false),
            ("LZV01\n", false),
            ("lzv01x\n", false),
            ("lzv0\n1\n", false),
            ("\nlzv01\n", false),
        ] {
            assert_eq!(is_typed(typed.as_bytes(), "lzv01").unwrap(), expected, "{typed:?}");
        }
        let long = format!("{}lzv01\n", " ".repeat(10_000));
        assert!(!is_typed(long.as_bytes(), "lzv01").unwrap(), "a line without end is no answer");
    }

    #[tokio::test]
    async fn ctrl_c_at_the_question_is_a_no_and_does_not_wait_for_a_line() {
        /// A terminal where nobody types.
        struct Silent(std::sync::mpsc::Receiver<()>);
        impl io::Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                let _closed = self.0.recv();
                Ok(0)
            }
        }
        let (keeps_open, terminal) = std::sync::mpsc::channel();
        let asked = confirmed(io::BufReader::new(Silent(terminal)), "lzv01", async {}).await;
        assert_eq!(asked.unwrap_err().exit(), Exit::Cancelled);
        drop(keeps_open);

        let never = std::future::pending::<()>;
        assert!(confirmed(&b"lzv01\n"[..], "lzv01", never()).await.is_ok());
        let refused = confirmed(&b"no\n"[..], "lzv01", never()).await.unwrap_err();
        assert_eq!(refused.exit(), Exit::Cancelled);
    }

    #[test]
    fn what_cannot_be_read_is_no_yes() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the terminal went away"))
            }
        }
        assert!(is_typed(io::BufReader::new(Broken), "lzv01").is_err());
        assert!(is_typed(&b"\xff\xfe\n"[..], "lzv01").is_err());
    }
}
