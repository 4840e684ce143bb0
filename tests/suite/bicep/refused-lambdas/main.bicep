param o object
var alone = x => x
var inArray = [ x => x ]
var safeCall = o.?listKeys()
var outside = map([ 1 ], y => y)[y]
