package display

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"reflect"
	"strings"
	"unsafe"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// MIME types of a bundle's parts.
const (
	mimeText     = "text/plain"
	mimeHTML     = "text/html"
	mimeMarkdown = "text/markdown"
	mimeLatex    = "text/latex"
	mimePNG      = "image/png"
	mimeJPEG     = "image/jpeg"
	mimeJSON     = "application/json"
)

// plain is a bundle of text alone.
func plain(s string) sink.Bundle {
	return sink.Bundle{Data: map[string]any{mimeText: s}}
}

// with is a bundle of text and one other form.
func with(mime string, data any, text string) sink.Bundle {
	return sink.Bundle{Data: map[string]any{mime: data, mimeText: text}}
}

func htmlBundle(s string) sink.Bundle     { return with(mimeHTML, s, htmlText(s)) }
func markdownBundle(s string) sink.Bundle { return with(mimeMarkdown, s, s) }

// latexBundle puts s between $$ when nothing in it begins a formula, because
// Jupyter sets only formulas.
func latexBundle(s string) sink.Bundle {
	t := strings.NewReplacer(`\\`, "", `\$`, "").Replace(strings.TrimSpace(s))
	formula := strings.HasPrefix(t, `\begin{`)
	for _, sign := range []string{"$", `\(`, `\[`} {
		formula = formula || strings.Contains(t, sign)
	}
	if formula {
		return with(mimeLatex, s, s)
	}
	return with(mimeLatex, "$$\n"+s+"\n$$", s)
}

// svgBundle shows SVG as a picture inside HTML: Jupyter drops SVG, alone or
// inline, from a notebook that it does not trust, and keeps this.
func svgBundle(s string) sink.Bundle {
	s = withNamespace(s)
	img := `<img src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte(s)) + `" style="max-width:100%">`
	return with(mimeHTML, img, fmt.Sprintf("SVG picture (%s)", bytesText(len(s))))
}

// withNamespace adds the name space without which browsers do not take SVG
// for a picture (https://www.w3.org/TR/SVG2/struct.html#Namespace). Inside of
// HTML it need not be there, so people leave it out.
func withNamespace(s string) string {
	start := strings.Index(s, "<svg")
	if start < 0 {
		return s
	}
	start += len("<svg")
	end := strings.IndexByte(s[start:], '>')
	if end < 0 || strings.Contains(s[start:start+end], "xmlns=") {
		return s
	}
	return s[:start] + ` xmlns="http://www.w3.org/2000/svg"` + s[start:]
}

// pictures reads the size of each kind of encoded picture.
var pictures = map[string]struct {
	name   string
	config func(io.Reader) (image.Config, error)
}{
	mimePNG:  {"PNG", png.DecodeConfig},
	mimeJPEG: {"JPEG", jpeg.DecodeConfig},
}

// picture is the bundle of an encoded picture.
func picture(mime string, data []byte) sink.Bundle {
	kind := pictures[mime]
	c, err := kind.config(bytes.NewReader(data))
	if err != nil {
		return plain(fmt.Sprintf("not a %s picture (%s): %v", kind.name, bytesText(len(data)), err))
	}
	return with(mime, base64.StdEncoding.EncodeToString(data),
		fmt.Sprintf("%s picture %d×%d (%s)", kind.name, c.Width, c.Height, bytesText(len(data))))
}

// maxPixels bounds the pictures that are encoded: it takes about a second for
// so many pixels, and a browser's patience ends there as well.
const maxPixels = 64 << 20

// Image shows img, encoded as PNG. One of more than 64 Mi pixels, or without
// any, is not encoded; a line of text says so.
func Image(img image.Image) ID {
	b, ok := imageBundle(img)
	if !ok {
		b = Bundle(img, "")
	}
	return send("image", b)
}

// imageBundle encodes v if it is an image.Image with pixels of its own.
// image.Rectangle and *image.Uniform are images by their methods, and shown as
// the values they are.
func imageBundle(v any) (sink.Bundle, bool) {
	img, ok := v.(image.Image)
	if !ok || isNil(v) {
		return sink.Bundle{}, false
	}
	switch v.(type) {
	case image.Rectangle, *image.Rectangle, *image.Uniform:
		return sink.Bundle{}, false
	}
	return encode(img), true
}

func encode(img image.Image) (b sink.Bundle) {
	defer func() {
		if p := recover(); p != nil {
			b = plain(fmt.Sprintf("%T cannot be shown: it panicked: %v", img, p))
		}
	}()
	r := img.Bounds()
	text := fmt.Sprintf("%T %d×%d", img, r.Dx(), r.Dy())
	if r.Empty() || int64(r.Dx()) > maxPixels || int64(r.Dx())*int64(r.Dy()) > maxPixels {
		return plain(fmt.Sprintf("%s cannot be shown: pictures have between 1 and %d pixels", text, maxPixels))
	}
	var buf bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if r.Dx()*r.Dy() <= 1<<18 { // small enough for the better compression, which takes 3 times as long
		encoder.CompressionLevel = png.DefaultCompression
	}
	if err := encoder.Encode(&buf, img); err != nil {
		return plain(fmt.Sprintf("%s cannot be shown: %v", text, err))
	}
	return with(mimePNG, base64.StdEncoding.EncodeToString(buf.Bytes()), text)
}

// expanded is the longest JSON text, bytes, whose tree is shown unfolded.
const expanded = 2000

// jsonBundle has no HTML beside its JSON, which Jupyter would then not show. A
// JSON text that is no object or array has no tree; it is shown as text.
func jsonBundle(v any) sink.Bundle {
	data, err := encodeJSON(v)
	if err != nil {
		return plain("JSON: " + err.Error())
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, data, "", "  "); err != nil {
		return plain("JSON: " + err.Error())
	}
	text := cut(indented.String(), maxText)
	if data[0] != '{' && data[0] != '[' {
		return plain(text)
	}
	b := with(mimeJSON, json.RawMessage(data), text)
	if len(data) <= expanded {
		b.Metadata = map[string]any{mimeJSON: map[string]any{"expanded": true}}
	}
	return b
}

func encodeJSON(v any) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%T panicked: %v", v, p)
		}
	}()
	switch t := v.(type) {
	case string:
		if data := []byte(strings.TrimSpace(t)); json.Valid(data) {
			return data, nil
		}
	case []byte:
		if data := bytes.TrimSpace(t); json.Valid(data) {
			return bytes.Clone(data), nil
		}
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(unboxed(reflect.ValueOf(v), map[unsafe.Pointer]bool{})); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buf.Bytes()), nil
}

// together is the bundle of several values, below each other.
func together(values []any) sink.Bundle {
	if len(values) == 1 {
		return Bundle(values[0], "")
	}
	var texts, parts []string
	formed := false
	for _, v := range values {
		b := Bundle(v, "")
		if len(b.Data) == 0 {
			continue
		}
		t, _ := b.Data[mimeText].(string)
		texts = append(texts, t)
		part := "<pre>" + html.EscapeString(t) + "</pre>"
		if h, ok := b.Data[mimeHTML].(string); ok {
			part, formed = "<div>"+h+"</div>", true
		} else {
			for mime := range pictures {
				if data, ok := b.Data[mime].(string); ok {
					part, formed = `<div><img src="data:`+mime+";base64,"+data+`"></div>`, true
				}
			}
		}
		parts = append(parts, part)
	}
	if len(texts) == 0 {
		return sink.Bundle{}
	}
	b := plain(strings.Join(texts, "\n"))
	if formed {
		b.Data[mimeHTML] = strings.Join(parts, "\n")
	}
	return b
}

// bytesText writes a size for people: "12 bytes", "3.4 kB".
func bytesText(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	exp := int(math.Log10(float64(n)) / 3)
	return fmt.Sprintf("%.3g %cB", float64(n)/math.Pow(1000, float64(exp)), "?kMGTPE"[exp])
}
