package measure

import (
	"runtime"
	"sync"
	"time"
)

// memorySpeed returns what a load from memory takes, in seconds, and how many
// bytes a second one thread reads, the best of several. It measures once in a
// session, which takes a quarter of a second and 64 MiB.
var memorySpeed = sync.OnceValues(func() (latency, bandwidth float64) {
	const (
		lines = 1 << 20
		words = lineBytes / 4 // of a line
		steps = 20_000
	)
	data := make([]int32, lines*words)
	// A cycle through all lines in an order that no prefetcher knows: a linear
	// congruential generator of full period (Knuth, TAOCP 2, 3.2.1.2, theorem A).
	for at, i := 0, 0; i < lines; i++ {
		to := (at*5 + 1) % lines
		data[at*words] = int32(to * words)
		at = to
	}
	latency, bandwidth = 1, 0
	place := int32(0)
	for range 5 {
		from := time.Now()
		for range steps {
			place = data[place]
		}
		latency = min(latency, time.Since(from).Seconds()/steps)
		from = time.Now()
		sum := int32(0)
		for i := 0; i < len(data); i += words {
			sum += data[i]
		}
		bandwidth = max(bandwidth, lineBytes*lines/time.Since(from).Seconds())
		runtime.KeepAlive(sum)
	}
	runtime.KeepAlive(place)
	return latency, bandwidth
})
