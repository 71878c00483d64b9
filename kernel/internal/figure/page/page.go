// Package page has what runs in the reader's page: our build of ECharts with
// the theme, the functions that options name, and the runtime that makes live
// charts of still ones.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/internal/figure/echarts"
)

//go:embed theme.js
var theme string

//go:embed functions.js
var functions string

//go:embed option.js
var option string

//go:embed runtime.js
var runtime string

//go:embed starter.js
var starter string

// Drawing is what drawing an option needs beside the library: it defines
// weftTheme, weftFunctions and weftOption, and touches no page.
var Drawing = theme + functions + option

// File is the name under which Script lies in the kernelspec's folder, where
// Jupyter's server hands it to pages.
const File = "weft-charts.js"

// Script returns all of it as one file of JavaScript, 1 MB. It leaves one
// global name, weftCharts, in the page.
//
// It takes about 10 ms the first time.
var Script = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString(echarts.Notice)
	b.WriteString("(function (window, document) {\nif (window.weftCharts && window.weftCharts.run) return;\n")
	for _, part := range []string{echarts.Source(), Drawing, runtime} {
		b.WriteString(part)
		b.WriteString("\n")
	}
	b.WriteString("})(window, document);\n")
	return b.String()
})

// Version names the content of Script, in eight letters.
var Version = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(Script()))
	return hex.EncodeToString(sum[:4])
})

// Block returns Script as a piece of HTML for a page that stands alone: 0.45 MB
// in a form that browsers unpack (Compression Streams, since 2023). Where they
// can't, the still pictures stay. It takes about 0.1 s the first time.
var Block = sync.OnceValue(func() string {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err == nil {
		_, err = w.Write([]byte(Script()))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("BUG: pack the page's script: " + err.Error())
	}
	return `<script type="text/plain" id="weft-charts-library">` + base64.StdEncoding.EncodeToString(buf.Bytes()) +
		"</script>\n<script>\n" + starter + "</script>\n"
})
