// Package arch holds the rules about who may import whom, as a table that its
// test compares with the source. It has no code for others to use.
//
// Imports go down: kernel → kernels → runtime → standard library. A new
// package needs a line here, a new arrow an entry in its line; both are
// decisions, and reviewing the diff of this file is how they are seen.
//
// The manner is that of the Go project's src/go/build/deps_test.go.
package arch

// module is our import path.
const module = "github.com/weft-go/weft"

// A rule is what the packages that match pkg may import.
type rule struct {
	pkg     string // a path.Match pattern without the module's path; * does not cross a slash
	may     string // patterns of our own packages, separated by spaces
	modules string // other modules, separated by spaces
}

// Other modules by the short names that rules use.
var modules = map[string]string{
	"yaegi":      "github.com/traefik/yaegi",
	"zmq4":       "github.com/go-zeromq/zmq4",
	"goldmark":   "github.com/yuin/goldmark",
	"goja":       "github.com/dop251/goja",
	"x/image":    "golang.org/x/image",
	"liberation": "codeberg.org/go-fonts/liberation",
	"x/tools":    "golang.org/x/tools",
	"x/exp":      "golang.org/x/exp",
	"pprof":      "github.com/google/pprof",
	"echarts":    "github.com/go-echarts/go-echarts/v2",
}

// policy has the rules, lowest floor first. The first rule that matches a
// package counts.
var policy = []rule{
	// Floor 0, runtime: spreading work. No package of ours but the flag.
	{pkg: "runtime/interrupt"},
	{pkg: "runtime/proc", may: "runtime/interrupt runtime/shm"},
	{pkg: "runtime/*", may: "runtime/interrupt"},

	// Floor 1, kernels: the compiled work.
	{pkg: "kernels", may: "runtime/proc"},
	{pkg: "kernels/all", may: "kernels kernels/* runtime/proc"},
	{pkg: "kernels/kernelstest", may: "kernels kernels/internal/cpu runtime/proc"},
	{pkg: "kernels/yardstick", may: "kernels/internal/* kernels/stream"},
	{pkg: "kernels/internal/peak", may: "kernels/internal/cpu kernels/internal/poll"},
	{pkg: "kernels/internal/*", may: "runtime/interrupt"},
	{pkg: "kernels/nearest", may: "kernels kernels/dedupe kernels/internal/* runtime/*"}, // works on what dedupe gives
	{pkg: "kernels/*", may: "kernels kernels/internal/* runtime/*"},

	// Floor 2, kernel: the Jupyter side. What cells may import:
	{pkg: "kernel/chart", may: "kernel/internal/sink"},
	{pkg: "kernel/display", may: "kernel/chart kernel/internal/sink"},
	{pkg: "kernel/measure", may: "kernel/chart runtime/counters runtime/interrupt"},

	// The module's folder: the sources of what cells may import, as text.
	{pkg: "."},

	// Both processes.
	{pkg: "kernel/internal/link"},
	{pkg: "kernel/internal/errtree"},
	{pkg: "kernel/internal/arch"},

	// The session.
	{pkg: "kernel/internal/sink"},
	{pkg: "kernel/internal/gallery", may: "kernel/chart"}, // for tests
	{pkg: "kernel/internal/symbols", may: "kernel/internal/symbols/generic kernel/internal/symbols/generic/* kernel/chart kernel/display kernel/measure kernels kernels/* runtime/*", modules: "yaegi echarts"},
	{pkg: "kernel/internal/symbols/generic"},
	{pkg: "kernel/internal/symbols/generic/*", may: "kernel/internal/symbols/generic/compiled"},
	{pkg: "kernel/internal/dock"},
	{pkg: "kernel/internal/cachesim"},
	{pkg: "kernel/internal/cachesim/twins", may: "kernel/internal/cachesim"},
	{pkg: "kernel/internal/profile/collect", may: "kernel/internal/link"},
	{pkg: "kernel/internal/gauge", may: "kernel/internal/cachesim kernel/internal/cachesim/twins kernel/internal/dock kernel/internal/profile/collect runtime/interrupt kernel/measure kernel/chart runtime/counters kernel/internal/bench kernels kernels/yardstick"},
	{pkg: "kernel/internal/engine", may: "kernel/internal/dock kernel/internal/errtree kernel/internal/gauge kernel/internal/link kernel/internal/sink kernel/internal/symbols kernel/internal/symbols/generic/compiled kernel/display kernel/measure runtime/gil runtime/interrupt runtime/par runtime/proc", modules: "yaegi"},
	{pkg: "kernel/cmd/weft-session", may: "kernel/internal/engine kernels/all runtime/proc"},

	// The front: sockets and protocol.
	{pkg: "kernel/internal/wire"},
	{pkg: "kernel/internal/history"},
	{pkg: "kernel/internal/socket", modules: "zmq4"},
	{pkg: "kernel/internal/server", may: "kernel/internal/wire kernel/internal/history"},

	// The front: the language.
	{pkg: "kernel/internal/cell"},
	{pkg: "kernel/internal/export", may: "kernel/internal/export/doctext kernel/internal/export/pack", modules: "x/tools"},
	{pkg: "kernel/internal/export/doctext"},
	{pkg: "kernel/internal/symbols/outline"},
	{pkg: "kernel/internal/module", may: "kernel/internal/export kernel/internal/symbols/outline"},
	{pkg: "kernel/internal/check", may: "kernel/internal/cell kernel/internal/export"},
	{pkg: "kernel/internal/lower", may: "kernel/internal/cell kernel/internal/check kernel/internal/symbols/generic"},
	{pkg: "kernel/internal/native", may: "kernel/internal/cell kernel/internal/check"},
	{pkg: "kernel/internal/instrument"},
	{pkg: "kernel/internal/complete", may: "kernel/internal/cell kernel/internal/check kernel/internal/export"},

	// The front: charts.
	{pkg: "kernel/internal/figure/echarts"},
	{pkg: "kernel/internal/figure/echarts/gen"},
	{pkg: "kernel/internal/figure/page", may: "kernel/internal/figure/echarts"},
	{pkg: "kernel/internal/figure/canvas", modules: "x/image liberation"},
	{pkg: "kernel/internal/figure/still", may: "kernel/internal/figure/canvas kernel/internal/figure/echarts kernel/internal/figure/page", modules: "goja"},
	{pkg: "kernel/internal/figure", may: "kernel/internal/figure/page kernel/internal/figure/still"},

	// The front: one notebook's life.
	{pkg: "kernel/internal/supervisor", may: "kernel/internal/link"},
	{pkg: "kernel/internal/profile", may: "kernel/chart kernel/internal/link kernel/internal/native kernel/internal/profile/collect kernel/measure", modules: "x/exp pprof"}, // reads what the session took
	{pkg: "kernel/internal/magic", may: "kernel/chart kernel/internal/cachesim kernel/internal/cachesim/twins kernel/internal/cell kernel/internal/link kernel/internal/profile kernel/internal/profile/collect kernel/measure runtime/counters"},
	{pkg: "kernel/internal/toolchain", may: "."},
	{pkg: "kernel/internal/python"},
	{pkg: "kernel/internal/course", may: "kernel/internal/notebook"},
	{pkg: "kernel/internal/front", may: ". kernel/internal/cell kernel/internal/check kernel/internal/complete kernel/internal/errtree kernel/internal/figure kernel/internal/export kernel/internal/history kernel/internal/instrument kernel/internal/link kernel/internal/lower kernel/internal/magic kernel/internal/module kernel/internal/native kernel/internal/server kernel/internal/supervisor kernel/internal/toolchain kernel/internal/wire kernel/measure"},
	{pkg: "kernel/internal/notebook", may: "kernel/internal/figure kernel/internal/front kernel/internal/server kernel/internal/wire", modules: "goldmark"},
	{pkg: "kernel/internal/spec", may: "kernel/internal/figure/page kernel/internal/python"},
	{pkg: "kernel/internal/bench", may: "kernel/chart kernel/measure kernels kernels/* runtime/counters runtime/par runtime/proc"},
	// The front never links the interpreter: no engine here.
	{pkg: "kernel/cmd/weft", may: "kernel/internal/bench kernel/internal/front kernel/internal/history kernel/internal/magic kernel/internal/notebook kernel/internal/python kernel/internal/server kernel/internal/socket kernel/internal/spec kernel/internal/supervisor kernel/internal/toolchain kernel/internal/wire kernel/measure kernels/all kernels/yardstick runtime/counters runtime/proc"},

	// Beside the floors: looks at pages from outside.
	{pkg: "browser"},

	// Go's own test programs, run by make conformance.
	{pkg: "kernel/internal/conformance", may: "kernel/internal/front kernel/internal/wire"},
	{pkg: "kernel/internal/conformance/conform", may: "kernel/internal/conformance"},

	// Generators, run by make generate.
	{pkg: "kernel/internal/export/pack"},
	{pkg: "kernel/internal/export/generate", may: "kernel/internal/export/doctext kernel/internal/export/pack", modules: "x/tools"},
	{pkg: "kernel/internal/export/gen", may: "kernel/internal/export/generate kernel/internal/export/pack kernel/internal/symbols/packages"},
	{pkg: "kernel/internal/symbols/packages"},
	{pkg: "kernel/internal/symbols/generate", may: "kernel/internal/export/generate kernel/internal/symbols/outline kernel/internal/symbols/packages", modules: "yaegi x/tools"},
	{pkg: "kernel/internal/symbols/gen", may: "kernel/internal/export/generate kernel/internal/symbols/generate kernel/internal/symbols/packages"},
}

// Tests may import any of our packages on their floor or below it and, on
// floor 2, these modules: yaegi is the second witness of lowered text, x/tools
// has txtar.
const testModules = "yaegi x/tools zmq4 goldmark echarts goja"

// public are the packages that cells and other programs import, as patterns of
// the go command. They link the standard library and our own packages only.
var public = []string{"./runtime/...", "./kernels/...", "./kernel/chart", "./kernel/display", "./kernel/measure"}

// sessionModules is all that the session links beside the standard library
// and ourselves: each further module would fix its version for everything
// that is loaded into a session.
const sessionModules = "yaegi echarts"
