// A configuration file that is wrong is told where it is needed.
module a 'br/team:backend:1.0.0' = {}
