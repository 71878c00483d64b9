// Package echarts holds our build of Apache ECharts 6.1.0, the library that
// draws charts in pages and, run by the front, in static pictures. Its licence
// and notice, and that of ZRender, which is part of it, lie beside this file.
//
// gen makes the build from the npm package; which parts it has stands in
// _build/entry.mjs, what is changed in _build/build.mjs.
package echarts

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"sync"
)

//go:generate go run ./gen

//go:embed echarts.js.gz
var packed []byte

// Notice is the text that the library's licences ask to be kept with it, as a
// JavaScript comment.
const Notice = `/*!
Apache ECharts 6.1.0, built for Weft. Copyright 2017-2026 The Apache Software Foundation.
This product includes software developed at The Apache Software Foundation (https://www.apache.org/).
Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0
Contains ZRender, Copyright 2017 Baidu Inc., under the BSD 3-clause license, with one change.
*/
`

// Source returns the library as one JavaScript statement that defines the
// variable echarts: 0.9 MB. The first call takes about 10 ms, later ones nothing.
var Source = sync.OnceValue(func() string {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("BUG: echarts.js.gz: " + err.Error())
	}
	js, err := io.ReadAll(r)
	if err != nil {
		panic("BUG: echarts.js.gz: " + err.Error())
	}
	return string(js)
})
