//go:build noasm || !(amd64 || arm64)

package par

// pause does nothing: there is no instruction for it in plain Go.
func pause() {}
