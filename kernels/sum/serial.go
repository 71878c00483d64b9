package sum

// Serial returns the sum of x. Interrupted, it returns that of the numbers it
// came to, as all functions of the package do.
func Serial(x []int64) int64 { return inBlocks(background(), x, add) }
