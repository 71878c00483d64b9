package bench

import (
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/kernels/yardstick"
)

// A Machine is what figures were measured on.
type Machine struct {
	OS        string        `json:"os"`
	Arch      string        `json:"arch"`
	CPU       string        `json:"cpu"`
	Cores     measure.Cores `json:"cores"`
	Tier      string        `json:"tier"` // of vector instructions
	GoVersion string        `json:"go"`
	Engine    string        `json:"engine"` // "compiled": kernels are
}

// ReadMachine measures the cores, which takes 0.3 s, and reads the rest.
func ReadMachine() Machine {
	return Machine{
		OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: measure.Machine().CPU, Cores: measure.EffectiveCores(),
		Tier: yardstick.Tier(), GoVersion: runtime.Version(), Engine: "compiled",
	}
}

// String is "compiled, go1.26.8 linux/amd64, AMD EPYC, avx2; cores: 2, effective 1.93".
func (m Machine) String() string {
	return fmt.Sprintf("%s, %s %s/%s, %s, %s; cores: %s", m.Engine, m.GoVersion, m.OS, m.Arch, m.CPU, m.Tier, m.Cores)
}
