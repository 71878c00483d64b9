// Package display shows pictures, tables, formatted text and progress in the
// notebook.
//
// A call shows at once, wherever it stands in a cell, also in a loop or in a
// goroutine:
//
//	display.HTML("<b>bold</b>")
//	display.Table(cities)
//	id := display.Show(0)
//	display.Update(id, 1) // replaces the 0
//
// In a program without a notebook the same calls print the text form of what
// they are given on standard output.
//
// All functions may be called by many goroutines at once. They block while the
// notebook is slow to take output.
//
// A type takes part with a method of its own: HTML() string, MIMEBundle()
// map[string]any, an image.Image's methods, Error() or String().
package display

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// An ID names one display, so that Update can replace it. IDs are different in
// each process: a notebook's old outputs are never replaced by accident. Any
// text may serve as an ID; those made here also tell Update in which form the
// display was made. A cell that ends in an ID shows nothing for it.
type ID string

var (
	process = strconv.FormatUint(rand.Uint64(), 36)
	count   atomic.Uint64
)

// newID makes the next ID of a form: "html-3w5e11264sgsf-7".
func newID(form string) ID {
	return ID(form + "-" + process + "-" + strconv.FormatUint(count.Add(1), 10))
}

// form returns the form that an ID was made for, "show" if it tells none.
func (id ID) form() string {
	form, _, _ := strings.Cut(string(id), "-")
	if _, ok := forms[form]; ok {
		return form
	}
	return "show"
}

// forms are the ways to show a value, by the name of the function that asks
// for it. Each falls back to that of Show for a value it has no use for.
var forms = map[string]func(v any) sink.Bundle{
	"html":     text(htmlBundle),
	"image":    func(v any) sink.Bundle { return Bundle(v, "") },
	"jpeg":     binary("image/jpeg"),
	"json":     jsonBundle,
	"latex":    text(latexBundle),
	"markdown": text(markdownBundle),
	"png":      binary("image/png"),
	"show":     func(v any) sink.Bundle { return Bundle(v, "") },
	"svg":      text(svgBundle),
	"table":    func(v any) sink.Bundle { return tableBundle(v, nil) },
	"text":     text(plain),
}

// text makes a form of one that takes text.
func text(f func(string) sink.Bundle) func(any) sink.Bundle {
	return func(v any) sink.Bundle {
		switch v := v.(type) {
		case string:
			return f(v)
		case []byte:
			return f(string(v))
		}
		return Bundle(v, "")
	}
}

// binary makes a form of one that takes an encoded picture.
func binary(mime string) func(any) sink.Bundle {
	return func(v any) sink.Bundle {
		if data, ok := v.([]byte); ok {
			return picture(mime, data)
		}
		return Bundle(v, "")
	}
}

// send shows b as a new display of a form.
func send(form string, b sink.Bundle) ID {
	id := newID(form)
	b.ID = string(id)
	sink.Get().Display(b)
	return id
}

// HTML shows s as HTML. In a notebook that was opened but not run here,
// Jupyter takes out scripts, <style>, <svg> and <iframe>; inline styles and
// <img> stay.
func HTML(s string) ID { return send("html", htmlBundle(s)) }

// Markdown shows s as Markdown; formulas between $ signs are set.
func Markdown(s string) ID { return send("markdown", markdownBundle(s)) }

// SVG shows the SVG document s, as a picture: scripts in it do not run.
func SVG(s string) ID { return send("svg", svgBundle(s)) }

// PNG shows an encoded PNG picture. Other data is not sent; a line of text
// says so.
func PNG(data []byte) ID { return send("png", picture("image/png", data)) }

// JPEG shows an encoded JPEG picture, as PNG does.
func JPEG(data []byte) ID { return send("jpeg", picture("image/jpeg", data)) }

// Latex shows a formula, or text with formulas between $ signs. A text without
// any sign that begins a formula is taken as one.
func Latex(s string) ID { return send("latex", latexBundle(s)) }

// JSON shows v as a tree that can be folded. A string or []byte that holds a
// JSON text is shown as what it means, everything else as encoding/json
// encodes it; a value that cannot be encoded is shown as the error.
func JSON(v any) ID { return send("json", jsonBundle(v)) }

// Text shows s as it is, in a fixed-width font.
func Text(s string) ID { return send("text", plain(s)) }

// Table shows v as a table: a slice of structs or maps has a row for each
// element and a column for each field or key, a slice of slices a column for
// each index; a map has a row for each key, a slice of anything else one for
// each element. Numbers are aligned to the right. Of a long table the first
// rows are shown, and how many there are.
//
// Column names choose the columns of structs and maps, and their order; for
// everything else they are the headings.
func Table(v any, columns ...string) ID { return send("table", tableBundle(v, columns)) }

// Show shows values as a cell's last expression does, several below each
// other in one display.
func Show(v ...any) ID {
	if len(v) == 1 {
		if id, ok := v[0].(ID); ok { // display.Show(display.HTML(s)): it is there already
			return id
		}
	}
	b := together(v)
	if len(b.Data) == 0 {
		return newID("show")
	}
	return send("show", b)
}

// Update replaces what the display id shows, in whatever cell it is, by v, in
// the form in which the display was made:
//
//	id := display.HTML("<b>1</b>")
//	display.Update(id, "<b>2</b>")
//
// An ID of a display that is not there is ignored by the notebook.
func Update(id ID, v ...any) {
	var b sink.Bundle
	if len(v) == 1 {
		b = forms[id.form()](v[0])
	} else {
		b = together(v)
	}
	if id == "" || len(b.Data) == 0 {
		return
	}
	b.ID = string(id)
	sink.Get().Update(b)
}

// Clear removes the output of the calling cell. With wait set to true that
// happens when the next output comes, so that an animation does not flicker.
func Clear(wait ...bool) { sink.Get().Clear(len(wait) > 0 && wait[0]) }
