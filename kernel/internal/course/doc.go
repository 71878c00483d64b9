// Package course holds no code: its tests run the notebooks of the folder
// notebooks as "weft run" does and compare what they show with testdata.
//
// By themselves they run a short form: a rehearsal (weft run --quick) without the
// compiler and without the cells that do nothing but measure. -engine auto runs all
// cells, -measure takes the time that measurements need, and
// -update writes testdata anew. What is measured has no figure there: see show.
package course
