//! A Bicep compiler: source files in, an ARM template out. Covers the language that the landing zone's own
//! modules use; anything else is refused by name with the official BCP code where one exists.
