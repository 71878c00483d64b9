package bench

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
)

// benchHead and benchBlock write Go's benchmark format
// (golang.org/design/14313-benchmark-format): configuration lines, then a line
// for each sample, named as kernels' own benchmarks are.
func benchHead(w io.Writer, m *Machine) error {
	_, err := fmt.Fprintf(w, "goos: %s\ngoarch: %s\ncpu: %s\ncores: %d\neffective-cores: %.2f\ntier: %s\nengine: %s\ngo: %s\n",
		m.OS, m.Arch, m.CPU, m.Cores.Logical, m.Cores.Effective, m.Tier, m.Engine, m.GoVersion)
	return err
}

func benchBlock(w io.Writer, _ *Machine, b *Block) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\npkg: github.com/weft-go/weft/kernels/%s\n", b.Kernel)
	for _, r := range b.Results {
		if r.Problem != "" {
			// Not a line of the format, which leaves other lines to people.
			fmt.Fprintf(&text, "# %s, %d workers: %s\n", r.label, r.Workers, oneLine(r.Problem))
		}
		for _, s := range r.Samples {
			fmt.Fprintf(&text, "Benchmark%s/impl=%s/n=%d/workers=%d-%d\t%d\t%s ns/op",
				strings.ToUpper(b.Kernel[:1])+b.Kernel[1:], r.label, b.N, r.Workers, runtime.GOMAXPROCS(0), r.Runs, figure(s.Wall*1e9))
			for _, m := range []struct {
				amount float64
				unit   string
			}{{b.Work.Flops, "flop/s"}, {b.Work.Bytes, "B/s"}, {b.Work.Items, unit(b.Work.Unit) + "/s"}} {
				if m.amount > 0 {
					fmt.Fprintf(&text, "\t%s %s", figure(m.amount/s.Wall), m.unit)
				}
			}
			fmt.Fprintf(&text, "\t%s user-ns/op\t%s sys-ns/op\n", figure(s.User*1e9), figure(s.System*1e9))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// figure writes a number without an exponent or needless digits.
func figure(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// unit is one word.
func unit(s string) string {
	if s == "" {
		return "items"
	}
	return strings.Join(strings.Fields(s), "-")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
