package notebook

import (
	"regexp"

	"github.com/weft-go/weft/kernel/internal/figure"
)

// charts puts the library that draws live charts into a page once, however
// many of them there are.
type charts struct{ found bool }

// stillPicture finds the address of a chart's still picture.
var stillPicture = regexp.MustCompile(`(<img class="weft-still"[^>]* src=")data:image/png;base64,[A-Za-z0-9+/=]*"`)

// part returns a text/html output as it stands in the page. A chart gets the
// picture of the bundle, which has twice as many pixels as the one in the
// output: on paper they are seen.
func (c *charts) part(html string, data map[string]any) string {
	if !figure.IsChart(html) {
		return html
	}
	c.found = true
	picture, _ := data["image/png"].(string)
	if src := dataAddress("image/png", picture); src != "" {
		html = stillPicture.ReplaceAllString(html, "${1}"+src+`"`)
	}
	return html
}

// library returns what makes the page's charts live, "" when it has none.
func (c *charts) library() string {
	if !c.found {
		return ""
	}
	return figure.Block()
}
