// Package course holds no code: its tests run the notebooks of the folder
// notebooks as "weft run" does and compare what they show with testdata.
//
// By themselves they are rehearsals (weft run --quick) without the compiler.
// -engine auto compiles, too, -measure takes the time that measurements need, and
// -update writes testdata anew. What is measured has no figure there: see show.
package course
