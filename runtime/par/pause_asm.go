//go:build !noasm && (amd64 || arm64)

package par

// pause tells the core that the goroutine waits in a loop, so that it goes
// easy on power and on the other thread of the core. It takes 40 to 140 cycles
// on amd64.
//
//go:noescape
func pause()
