//! Arguments, printing and exit codes. The only module that prints, reads the environment or writes files.
