package histogram

// Serial counts in one table, byte after byte. Interrupted, it returns what it
// has counted, as all functions of the package do.
func Serial(data []byte) Counts { return alone(data, plain) }

// SerialTables is [Serial] with four tables, of which each counts every fourth
// byte, so that equal bytes in a row need not wait for one another.
func SerialTables(data []byte) Counts { return alone(data, tables) }

func alone(data []byte, how func(*counter, []byte)) Counts {
	c := counter{how: how}
	c.count(background(), data)
	return c.counts
}
