package measure

import (
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/counters"
)

// A Banner says which machine measured, and in which state it was: what has to
// be known to compare its figures with those of another. It is stored with every
// result. Text that begins with "n/a" says why something is not known.
type Banner struct {
	CPU            string       `json:"cpu"`
	Logical        int          `json:"logical_cores"`                  // processors that the process may use
	Physical       int          `json:"physical_cores,omitempty"`       // 0: not known
	Effective      float64      `json:"effective_cores,omitempty"`      // 0: not measured yet; see EffectiveCores
	SMT            string       `json:"smt"`                            // hyperthreads: "on", "off"
	Caches         []CacheLevel `json:"caches,omitempty"`               // of the first core
	Memory         float64      `json:"memory_bytes,omitempty"`         // of the machine; 0: not known
	Vector         string       `json:"vector"`                         // widest vector instructions
	Governor       string       `json:"governor"`                       // of the clock
	Turbo          string       `json:"turbo"`                          // "on", "off"
	Quota          float64      `json:"cgroup_quota_cores,omitempty"`   // cores' worth of time that a container may use; 0: no limit
	Throttled      float64      `json:"cgroup_throttled_sec,omitempty"` // how long the limit has stopped it so far
	Load           float64      `json:"load"`                           // one-minute average; 0: not known or none
	Virtualization string       `json:"virtualization"`                 // "none", or what of
	OS             string       `json:"os"`
	Kernel         string       `json:"kernel"`
	Arch           string       `json:"arch"`
	Go             string       `json:"go"`
	GOMAXPROCS     int          `json:"gomaxprocs"`
	GOGC           string       `json:"gogc"`       // per cent, or "off"
	GOMEMLIMIT     string       `json:"gomemlimit"` // "off", or the limit
	Counters       string       `json:"counters"`   // of the processor: "user and kernel", or "n/a" with the reason
}

// A CacheLevel is one cache of a core.
type CacheLevel struct {
	Level  int    `json:"level"`
	Kind   string `json:"kind"`       // "data", "instruction" or "unified"
	Bytes  int    `json:"size_bytes"` // of the whole cache
	Shared int    `json:"shared"`     // processors that use it; 0: not known
}

// String is "L2 512 KiB" or "L1d 32 KiB".
func (c CacheLevel) String() string {
	letter := map[string]string{"data": "d", "instruction": "i"}[c.Kind]
	return fmt.Sprintf("L%d%s %s", c.Level, letter, FormatBytes(float64(c.Bytes), 3))
}

// Machine describes this machine as it is now. What does not change is found
// out once, which takes some milliseconds; later calls take 0.1 ms.
func Machine() Banner {
	b := fixed()
	b.Effective = math.Float64frombits(lastEffective.Load())
	b.Go, b.GOMAXPROCS = runtime.Version(), runtime.GOMAXPROCS(0)
	b.GOGC, b.GOMEMLIMIT = collector()
	thisHost.state(&b)
	return b
}

// fixed finds out what does not change while a process runs.
var fixed = sync.OnceValue(func() Banner {
	b := Banner{OS: runtime.GOOS, Arch: runtime.GOARCH, Logical: runtime.NumCPU()}
	thisHost.describe(&b)
	have, unavailable := counters.Hardware()
	if b.Counters = have; unavailable != "" {
		b.Counters = "n/a: " + unavailable
	}
	return b
})

// lastEffective holds what EffectiveCores found last, as bits of a float64.
var lastEffective atomic.Uint64

// noteEffective keeps a measured number of effective cores for banners.
func noteEffective(c Cores) {
	if c.Rounds > 0 && !math.IsNaN(c.Effective) && !math.IsInf(c.Effective, 0) {
		lastEffective.Store(math.Float64bits(c.Effective))
	}
}

// collector reads the settings of the garbage collector.
func collector() (gogc, limit string) {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(s)
	gogc, limit = "n/a: not told by "+runtime.Version(), "n/a: not told by "+runtime.Version()
	if s[0].Value.Kind() == metrics.KindUint64 {
		if gogc = fmt.Sprint(s[0].Value.Uint64()); s[0].Value.Uint64() > math.MaxInt32 {
			gogc = "off"
		}
	}
	if s[1].Value.Kind() == metrics.KindUint64 {
		if limit = FormatBytes(float64(s[1].Value.Uint64()), 3); s[1].Value.Uint64() >= math.MaxInt64 {
			limit = "off"
		}
	}
	return gogc, limit
}

// bannerRows are what is told of a machine, in the order of importance. same
// says when two machines agree; nil: when their texts do. Rows whose same is
// always are left out of Diff: they change all the time.
var bannerRows = []struct {
	name string
	text func(b *Banner) string
	same func(a, b *Banner) bool
}{
	{"processor", func(b *Banner) string { return b.CPU }, nil},
	{"cores", (*Banner).cores, nil},
	{"effective cores", func(b *Banner) string {
		if b.Effective == 0 {
			return "not measured (%machine -calibrate does)"
		}
		return fmt.Sprintf("%.2f", b.Effective)
	}, func(a, b *Banner) bool {
		return a.Effective == 0 || b.Effective == 0 || math.Abs(a.Effective-b.Effective) <= 0.1*a.Effective
	}},
	{"vector instructions", func(b *Banner) string { return b.Vector }, nil},
	{"caches", (*Banner).caches, nil},
	{"memory", func(b *Banner) string { return orUnknown(b.Memory, FormatBytes(b.Memory, 3)) }, func(a, b *Banner) bool {
		return math.Abs(a.Memory-b.Memory) <= 0.05*a.Memory
	}},
	{"clock", func(b *Banner) string { return "governor " + b.Governor + ", turbo " + b.Turbo }, nil},
	{"virtualization", func(b *Banner) string { return b.Virtualization }, nil},
	{"container's limit", func(b *Banner) string {
		if b.Quota == 0 {
			return "none"
		}
		return fmt.Sprintf("%.2f cores", b.Quota)
	}, nil},
	{"load", func(b *Banner) string { return fmt.Sprintf("%.2f", b.Load) }, always},
	{"system", func(b *Banner) string { return b.OS + "/" + b.Arch + " " + b.Kernel }, nil},
	{"Go", func(b *Banner) string { return b.Go }, nil},
	{"GOMAXPROCS", func(b *Banner) string { return fmt.Sprint(b.GOMAXPROCS) }, nil},
	{"collector", func(b *Banner) string { return "GOGC=" + b.GOGC + ", GOMEMLIMIT=" + b.GOMEMLIMIT }, nil},
	{"hardware counters", func(b *Banner) string { return b.Counters }, nil},
}

func always(_, _ *Banner) bool { return true }

func orUnknown(v float64, text string) string {
	if v == 0 {
		return "n/a"
	}
	return text
}

func (b *Banner) cores() string {
	s := count(b.Logical, "core", "cores")
	if b.Physical > 0 && b.Physical != b.Logical {
		s += fmt.Sprintf(" (%d physical)", b.Physical)
	}
	return s + ", hyperthreads " + b.SMT
}

func (b *Banner) caches() string {
	var list []string
	for _, c := range b.Caches {
		s := c.String()
		if c.Shared > 1 {
			s += fmt.Sprintf(" shared by %d", c.Shared)
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return "n/a: this system does not tell"
	}
	return strings.Join(list, ", ")
}

// Rows returns what is told of the machine, as pairs of a name and a text.
func (b Banner) Rows() [][2]string {
	list := make([][2]string, len(bannerRows))
	for i, r := range bannerRows {
		list[i] = [2]string{r.name, r.text(&b)}
	}
	return list
}

// String tells the machine in a few lines, with what is to be watched at the
// end.
func (b Banner) String() string {
	effective := ""
	if b.Effective > 0 {
		effective = fmt.Sprintf(", effective %.2f", b.Effective)
	}
	lines := []string{
		fmt.Sprintf("%s: %s%s; vector %s; %s", b.CPU, b.cores(), effective, b.Vector, b.virtual()),
		fmt.Sprintf("caches %s; memory %s", b.caches(), orUnknown(b.Memory, FormatBytes(b.Memory, 3))),
		fmt.Sprintf("governor %s; turbo %s; load %.2f", b.Governor, b.Turbo, b.Load),
		fmt.Sprintf("%s %s/%s; %s, GOMAXPROCS %d, GOGC %s, GOMEMLIMIT %s", b.Kernel, b.OS, b.Arch, b.Go, b.GOMAXPROCS, b.GOGC, b.GOMEMLIMIT),
		"hardware counters: " + b.Counters,
	}
	for _, w := range b.Warnings() {
		lines = append(lines, "note: "+w)
	}
	return strings.Join(lines, "\n")
}

func (b *Banner) virtual() string {
	if b.Virtualization == "none" {
		return "not virtual"
	}
	return b.Virtualization
}

// Warnings lists what on this machine makes figures less than they seem.
func (b Banner) Warnings() []string {
	var list []string
	warn := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if b.Load > float64(b.Logical) {
		warn("the load of %.2f is more than the %s: other programs are computing, so times are longer than they would be alone", b.Load, count(b.Logical, "core", "cores"))
	}
	if b.Governor == "powersave" {
		warn("the governor powersave may let the clock run slowly; to change it: sudo cpupower frequency-set -g performance")
	}
	if b.Turbo == "on" {
		warn("turbo is on: one busy core runs faster than all of them together, which makes speed-ups look smaller")
	}
	if b.Effective > 0 && b.Effective < 0.85*float64(b.Logical) {
		warn("the %s did the work of %.2f when they were measured: do not expect more speed-up than that", count(b.Logical, "core", "cores"), b.Effective)
	}
	if b.Quota > 0 && b.Quota < float64(b.GOMAXPROCS) {
		warn("the container may use %.2f cores' worth of time, but GOMAXPROCS is %d: it will be stopped in between", b.Quota, b.GOMAXPROCS)
	}
	if b.Throttled > 0 {
		warn("the container's limit has stopped its processes for %s so far", FormatSeconds(b.Throttled, 3))
	}
	return list
}

// Diff says in sentences what differs between this machine, on which something
// was measured first, and another. None: the figures can be compared. The load
// is left out as it changes all the time, and so are effective cores that differ
// by less than a tenth.
func (b Banner) Diff(other Banner) []string {
	var list []string
	for _, r := range bannerRows {
		was, is := r.text(&b), r.text(&other)
		if was == is || r.same != nil && r.same(&b, &other) {
			continue
		}
		list = append(list, fmt.Sprintf("%s: %s, then %s", r.name, was, is))
	}
	return list
}
