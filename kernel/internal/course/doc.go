// Package course holds no code: its tests run the notebooks of the folder
// notebooks as "weft run" does and compare what they show with testdata.
//
// A rehearsal (weft run --quick) is what tests run; -measure takes the time that
// the measurements need, -update writes testdata anew. What is measured has no
// figure there: see show.
package course
