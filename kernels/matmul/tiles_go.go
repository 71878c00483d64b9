package matmul

import "unsafe"

// The form in plain Go: what assembly is compared with, and all there is on
// other processors. Its tile of 2×4 is what the compiler keeps in registers,
// and its blocks are small so that it notices soon that it shall stop.
func goForm[T number]() *form[T] {
	return &form[T]{
		mr: 2, lanes: 4, kc: 256, mc: 96, nc: 512,
		tiles: []tiles[T]{tilesGo[T]}, copyB: copyBGo[T], transpose: transposeGo[T],
	}
}

var go64, go32 = goForm[float64](), goForm[float32]()

// tilesGo computes panels tiles of 2×4 below each other: C = A·B, or C += A·B
// if add is not 0. Packed A has a panel's columns one after the other, packed B
// its rows; kc is the number of either. ldc is the distance of rows of C in
// bytes. Assembly asks the cache for a line of next now and then.
func tilesGo[T number](c *T, ldc, panels, kc int, a, b, _ *T, _, add int) {
	as, bs := unsafe.Slice(a, panels*kc*2), unsafe.Slice(b, kc*4)
	for p := range panels {
		var c00, c01, c02, c03, c10, c11, c12, c13 T
		x, y := as[p*kc*2:][:kc*2], bs
		for len(x) >= 2 && len(y) >= 4 {
			x0, x1 := x[0], x[1]
			c00 += x0 * y[0]
			c10 += x1 * y[0]
			c01 += x0 * y[1]
			c11 += x1 * y[1]
			c02 += x0 * y[2]
			c12 += x1 * y[2]
			c03 += x0 * y[3]
			c13 += x1 * y[3]
			x, y = x[2:], y[4:]
		}
		for i, row := range [2][4]T{{c00, c01, c02, c03}, {c10, c11, c12, c13}} {
			to := (*[4]T)(unsafe.Add(unsafe.Pointer(c), (p*2+i)*ldc))
			if add != 0 {
				for j := range to {
					row[j] += to[j]
				}
			}
			*to = row
		}
	}
}

// copyBGo copies rows of B, ld bytes apart, into slivers 4 wide that begin
// stride bytes apart.
func copyBGo[T number](dst, src *T, ld, rows, slivers, stride int) {
	size := int(unsafe.Sizeof([4]T{}))
	for s := range slivers {
		for r := range rows {
			from := unsafe.Add(unsafe.Pointer(src), r*ld+s*size)
			to := unsafe.Add(unsafe.Pointer(dst), s*stride+r*size)
			*(*[4]T)(to) = *(*[4]T)(from)
		}
	}
}

// transposeGo writes rows of A, 2 or 4 of them ld bytes apart, as columns
// stride bytes apart, 4·k4 of them.
func transposeGo[T number](dst, src *T, ld, rows, k4, stride int) {
	size := int(unsafe.Sizeof(*dst))
	for r := range rows {
		for k := range 4 * k4 {
			from := (*T)(unsafe.Add(unsafe.Pointer(src), r*ld+k*size))
			*(*T)(unsafe.Add(unsafe.Pointer(dst), k*stride+r*size)) = *from
		}
	}
}
