package magic

import (
	"strings"
	"testing"
)

// TestCounting: what %perf, %classify, %machine, %bench and %roofline ask the
// session for, and what they refuse.
func TestCounting(t *testing.T) {
	tests := []struct {
		name, cell, want, err string
	}{
		{name: "stat", cell: "%perf stat f(1)", want: `measure perf {"do":"stat"} "f(1)"`},
		{name: "stat without the word", cell: "%perf f(1)", want: `measure perf {"do":"stat"} "f(1)"`},
		{name: "options", cell: "%perf stat -r 3 -n2 -e cache,tlb -e cs f(1)", want: `measure perf {"events":["cache","tlb","cs"],"runs":3,"loops":2,"do":"stat"} "f(1)"`},
		{name: "negative", cell: "%perf stat -n", want: `measure perf {"do":"stat"} "-n"`},
		{name: "cell", cell: "%%perf stat -e tlb\nx := 1\n", want: `measure perf {"events":["tlb"],"do":"stat"} "x := 1\n"`},
		{name: "cell alone", cell: "%%perf\nx := 1\n", want: `measure perf {"do":"stat"} "x := 1\n"`},
		{name: "cell with runs", cell: "%%perf -r 3\nx := 1\n", err: "runs a cell once"},
		{name: "cell with code", cell: "%%perf stat x\nf()\n", err: "only options"},
		{name: "stat nothing", cell: "%perf stat", err: "needs an expression"},
		{name: "nothing", cell: "%perf", err: "needs an expression"},
		{name: "unknown event", cell: "%perf stat -e cylces f(1)", err: `no event "cylces"; did you mean "cycles"? (%perf list shows all)`},
		{name: "unknown set", cell: "%perf stat -e cash,cycles f(1)", err: `did you mean "cache"`},
		{name: "raw", cell: "%perf stat -e r01b1 f(1)", want: `measure perf {"events":["r01b1"],"do":"stat"} "f(1)"`},
		{name: "engine", cell: "%perf stat -engine fast f(1)", err: `no engine "fast"`},
		{name: "list", cell: "%perf list", want: `measure perf {"do":"list"} ""`},
		{name: "list of something", cell: "%perf list f()", err: "takes nothing"},
		{name: "diff of the last", cell: "%perf diff", want: `measure perf {"do":"diff"} ""`},
		{name: "diff", cell: "%perf diff -r 10 f(1) -- g(x - 1)", want: `measure perf {"runs":10,"do":"diff"} "f(1)                         g(x - 1)"`},
		{name: "diff of one", cell: "%perf diff f(1)", err: "two expressions"},
		{name: "diff of three", cell: "%perf diff a() -- b() -- c()", err: "two expressions"},
		{name: "diff of a cell", cell: "%%perf diff\nf()\n", err: "no cell"},
		{name: "record", cell: "%perf record", err: "here it is %prun"},

		{name: "classify", cell: "%classify f(1)", want: "measure misses null \"f(1)\"\nmeasure classify {\"misses\":{\"value\":0,\"unavailable\":\"not simulated: nothing was reported\"}} \"f(1)\""},
		{name: "classify interpreted", cell: "%classify -engine interp -r 3 f(1)", want: `measure classify {"runs":3,"misses":{"value":0,"unavailable":"interpreted code does not report its accesses"}} "f(1)"`},
		{name: "classify nothing", cell: "%classify", err: "needs an expression"},

		{name: "machine", cell: "%machine", want: `measure machine {"calibrate":false} ""`},
		{name: "machine calibrated", cell: "%machine -calibrate", want: `measure machine {"calibrate":true} ""`},
		{name: "machine of something", cell: "%machine x", err: "-calibrate or nothing"},

		{name: "bench", cell: "%bench -variant 'a|b' -n small,12 -workers=1,2 -count 3 -time 1s pi sum", want: `measure bench {"kernels":["pi","sum"],"variant":"a|b","sizes":"small,12","workers":"1,2","count":3,"time_ns":1000000000} ""`},
		{name: "bench list", cell: "%bench -list", want: `measure bench {"list":true} ""`},
		{name: "bench nothing", cell: "%bench", err: "%bench -list"},
		{name: "bench options behind", cell: "%bench pi -n small", err: "options come first"},
		{name: "bench time", cell: "%bench -time soon pi", err: "not a length of time"},

		{name: "roofline", cell: "%roofline", want: `measure roofline {"kernels":["stream","matmul","julia"]} ""`},
		{name: "roofline of code", cell: "%roofline -flops 2e6 -bytes 24e6 f(1)", want: `measure roofline {"flops":2000000,"bytes":24000000} "f(1)"`},
		{name: "roofline without bytes", cell: "%roofline -flops 1 f(1)", err: "both -flops and -bytes"},
		{name: "roofline without code", cell: "%roofline -flops 1 -bytes 1", err: "needs an expression"},
		{name: "roofline of nothing", cell: "%roofline -flops 0 -bytes 1 f()", err: "above 0"},
		{name: "roofline list", cell: "%roofline -list", err: "%bench -list"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			segs, err := Split(tt.cell)
			if err != nil || len(segs) != 1 || segs[0].Call == nil {
				t.Fatalf("Split(%q) = %v, %v; want one magic", tt.cell, segs, err)
			}
			nb := newNotebook()
			err = Magics.Run(t.Context(), nb, *segs[0].Call)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "%!") {
					t.Errorf("error %v, want %q in it", err, tt.err)
				}
				if nb.log.Len() > 0 {
					t.Errorf("something ran before the error: %s", nb.log.String())
				}
				return
			}
			if got := strings.TrimRight(nb.log.String(), "\n"); err != nil || got != tt.want {
				t.Errorf("got  %s\nwant %s\n%v", got, tt.want, err)
			}
		})
	}
}
