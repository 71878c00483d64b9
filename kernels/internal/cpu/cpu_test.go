package cpu

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// The kernel's own list of flags is the second witness.
func TestDetect(t *testing.T) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || runtime.GOARCH != "amd64" {
		t.Skip("no list of this processor's flags to compare with")
	}
	_, flags, _ := strings.Cut(string(info), "flags")
	flags, _, _ = strings.Cut(flags, "\n")
	has := func(names ...string) bool {
		for _, name := range names {
			if !strings.Contains(flags+" ", " "+name+" ") {
				return false
			}
		}
		return true
	}
	want := Generic
	if has("avx2", "fma", "bmi1", "bmi2") {
		want = AVX2
		if has("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl") {
			want = AVX512
		}
	}
	if got := detect(); got != want && !noasm {
		t.Errorf("detected %v, /proc/cpuinfo says %v", got, want)
	}
}

func TestUse(t *testing.T) {
	all := Tiers()
	for _, tier := range all {
		restore := Use(tier)
		if got := Best(); got != tier {
			t.Errorf("Use(%v): best is %v", tier, got)
		}
		restore()
	}
	if len(Tiers()) != len(all) {
		t.Error("restore did not restore")
	}
}

func TestLimit(t *testing.T) {
	for word, want := range map[string]Tier{"": AVX512, "avx512": AVX512, "avx2": AVX2, "generic": Generic} {
		if got := limit(word); got != want {
			t.Errorf("limit(%q) = %v, want %v", word, got, want)
		}
	}
	defer func() {
		if v, _ := recover().(string); v != "WEFT_CPU=sse9: want generic, avx2 or avx512" {
			t.Errorf("a wrong word: %v", v)
		}
	}()
	limit("sse9")
}
