// Witness writes ../benchmath.json: what golang.org/x/perf/benchmath says of
// sets of samples, for this package's tests to compare with. It is not built
// with the module, which does not need that library otherwise:
//
//	mkdir /tmp/witness && cp main.go /tmp/witness && cd /tmp/witness
//	go mod init witness && go get golang.org/x/perf/benchmath && go run . >benchmath.json
package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"

	"golang.org/x/perf/benchmath"
)

type set struct {
	A      []float64 `json:"a"`
	B      []float64 `json:"b"`
	P      float64   `json:"p"`      // Mann-Whitney U of A and B
	Center float64   `json:"center"` // of A: median
	Low    float64   `json:"low"`    // and its interval, 95 %
	High   float64   `json:"high"`
	Sure   float64   `json:"sure"`
}

func main() {
	r := rand.New(rand.NewPCG(7, 7))
	var sets []set
	for i, n := range [][2]int{{4, 4}, {5, 7}, {7, 7}, {8, 20}, {10, 10}, {20, 20}, {25, 25}, {24, 26}, {30, 30}, {60, 45}, {3, 40}, {100, 100}} {
		for k := range 4 {
			s := set{}
			draw := func(shift float64) float64 {
				x := 1 + 0.1*r.ExpFloat64() + shift
				if k == 3 { // ties
					return math.Round(10*x) / 10
				}
				return math.Round(x*1e6) / 1e6
			}
			for range n[0] {
				s.A = append(s.A, draw(0))
			}
			for range n[1] {
				s.B = append(s.B, draw(0.02*float64((i+k)%4)))
			}
			t := &benchmath.DefaultThresholds
			a, b := benchmath.NewSample(append([]float64(nil), s.A...), t), benchmath.NewSample(append([]float64(nil), s.B...), t)
			s.P = benchmath.AssumeNothing.Compare(a, b).P
			sum := benchmath.AssumeNothing.Summary(a, 0.95)
			s.Center, s.Low, s.High, s.Sure = sum.Center, sum.Lo, sum.Hi, sum.Confidence
			if math.IsInf(s.Low, 0) || math.IsInf(s.High, 0) { // too few for 95 %: it gives none
				s.Low, s.High, s.Sure = 0, 0, 0
			}
			sets = append(sets, s)
		}
	}
	e := json.NewEncoder(os.Stdout)
	if err := e.Encode(sets); err != nil {
		panic(err)
	}
}
