//go:build cgo && (linux || darwin || freebsd)

package engine

import "plugin"

// openPlugin opens a plugin that checkPlugin has passed: its packages are
// initialized when it returns.
func openPlugin(file string) error {
	_, err := plugin.Open(file)
	return err
}
