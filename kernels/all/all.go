// Package all is the list of kernels. Whoever wants to walk them or find one by
// name imports it; a kernel's own package does not, so that a program that
// needs one kernel links one.
package all

import (
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/julia"
	"github.com/weft-go/weft/kernels/pi"
)

// Kernels are all kernels in reading order. Do not change the slice.
var Kernels = []*kernels.Kernel{
	&julia.Kernel,
	&pi.Kernel,
}

// Lookup returns the kernel of that name, or an error that lists the names.
func Lookup(name string) (*kernels.Kernel, error) {
	names := make([]string, len(Kernels))
	for i, k := range Kernels {
		if k.Name == name {
			return k, nil
		}
		names[i] = k.Name
	}
	return nil, fmt.Errorf("no kernel %q, only %s", name, strings.Join(names, " "))
}
