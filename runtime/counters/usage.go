package counters

// noUsage is a usage of which nothing is known.
func noUsage(reason string) Usage {
	na := NA(reason)
	return Usage{na, na, na, na, na, na, na}
}
