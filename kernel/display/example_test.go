package display_test

import (
	"image"
	"time"

	"github.com/weft-go/weft/kernel/display"
)

// Outside of a notebook the text forms are printed.
func Example() {
	display.HTML("<h1>Results</h1><p>all is <b>well</b></p>")
	display.Show([]int{1, 2, 3}, "text", 3*time.Second)
	display.Image(image.NewGray(image.Rect(0, 0, 640, 480)))
	// Output:
	// Results
	// all is well
	// [1 2 3]
	// "text"
	// 3s
	// *image.Gray 640×480
}

func ExampleTable() {
	type City struct {
		Name   string
		People int
		Area   float64
	}
	cities := []City{{"Helsinki", 684_018, 715.5}, {"Nairobi", 4_397_073, 696.1}, {"Quito", 1_763_275, 372.4}}
	display.Table(cities)
	display.Table(cities, "Area", "Name")
	display.Table(make([]int, 1000))
	// Output:
	// Name       People   Area
	// ────────  ───────  ─────
	// Helsinki   684018  715.5
	// Nairobi   4397073  696.1
	// Quito     1763275  372.4
	//  Area  Name
	// ─────  ────────
	// 715.5  Helsinki
	// 696.1  Nairobi
	// 372.4  Quito
	// index  value
	// ─────  ─────
	//     0      0
	//     1      0
	//     2      0
	//     3      0
	//     4      0
	//     5      0
	//     6      0
	//     7      0
	//     8      0
	//     9      0
	// … 990 more rows
}

func ExampleUpdate() {
	id := display.Markdown("*working*")
	display.Update(id, "**ready**") // replaces the display in a notebook
	// Output:
	// *working*
	// **ready**
}

func ExampleJSON() {
	display.JSON(map[string]any{"sum": 33219980, "sizes": []int{1000, 1000}})
	display.JSON(`{"a": [true, null]}`)
	// Output:
	// {
	//   "sizes": [
	//     1000,
	//     1000
	//   ],
	//   "sum": 33219980
	// }
	// {
	//   "a": [
	//     true,
	//     null
	//   ]
	// }
}

func ExampleProgress() {
	files := []string{"a.txt", "b.txt"}
	bar := display.Progress(len(files), "files")
	for range files {
		bar.Add(1)
	}
	bar.Done()
}
