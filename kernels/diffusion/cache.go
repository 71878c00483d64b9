package diffusion

import (
	"os"
	"strconv"
	"strings"
	"sync"
)

// level2 returns the size in bytes of a core's second-level cache, half a
// mebibyte where the system does not tell.
var level2 = sync.OnceValue(func() int {
	text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cache/index2/size")
	if err != nil {
		return 512 << 10
	}
	return cacheSize(string(text), 512<<10)
})

// cacheSize reads what Linux writes in that file, "512K\n", or returns the
// size to assume instead.
func cacheSize(text string, otherwise int) int {
	digits, ok := strings.CutSuffix(strings.TrimSpace(text), "K")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 64 || n > 1<<20 {
		return otherwise
	}
	return n << 10
}
