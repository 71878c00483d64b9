package figure

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	stdhtml "html"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/figure/page"
)

// newID returns an id for an element that no other output has.
func newID() string {
	var b [6]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return "weft-" + hex.EncodeToString(b[:])
}

// complaint is what is shown in a chart's place.
func complaint(err error) string {
	return `<div class="weft-chart-error" style="color:#b00020">The chart can't be drawn: ` + stdhtml.EscapeString(err.Error()) + "</div>"
}

// html is a chart as HTML: one element with the still picture, the values and
// the script that makes it live. Without a picture it says why. Readers who get
// no script (an untrusted notebook, nbconvert) see what stands before it.
func html(c *Chart, id string, picture []byte, why error) string {
	var b strings.Builder
	name := title(c.Option)
	// A live chart is as wide as there is room, within reason.
	fmt.Fprintf(&b, `<div class="weft-chart" id="%s" style="max-width:%dpx">`, id, c.Width*5/4)
	if why != nil {
		b.WriteString(complaint(why))
	} else {
		fmt.Fprintf(&b, `<img class="weft-still" alt="%s" width="%d" style="max-width:100%%;height:auto;background:#fff" src="data:image/png;base64,%s">`,
			stdhtml.EscapeString(name), c.Width, base64.StdEncoding.EncodeToString(picture))
	}
	remarks(&b, c.Remarks)
	table(&b, c.Table, c.Open)
	if why == nil && len(c.Option) <= maxLive {
		script(&b, c, id, name)
	}
	b.WriteString("</div>")
	return b.String()
}

// shortCell is up to how many bytes a cell's text is not broken into lines.
const shortCell = 18

// maxRows is how many rows of a table are shown.
const maxRows = 40

// remarks writes sentences below the picture.
func remarks(b *strings.Builder, list []string) {
	if len(list) == 0 {
		return
	}
	b.WriteString(`<div class="weft-remarks" style="font-size:12px;line-height:1.45;margin:.2em 10px .6em">`)
	for _, r := range list {
		style := ""
		if strings.HasPrefix(r, "ATTENTION") {
			style = ` style="font-weight:bold;color:#d55e00"`
		}
		b.WriteString("<div" + style + ">" + stdhtml.EscapeString(r) + "</div>")
	}
	b.WriteString("</div>")
}

// table writes the chart's values, closed until a reader opens them unless open.
func table(b *strings.Builder, t *Table, open bool) {
	if t == nil || len(t.Columns) == 0 && len(t.Rows) == 0 {
		return
	}
	if open {
		b.WriteString(`<details open>`)
	} else {
		b.WriteString(`<details>`)
	}
	b.WriteString(`<summary>Values</summary><table style="font-size:12px">`)
	if len(t.Columns) > 0 {
		b.WriteString("<thead><tr>")
		for _, c := range t.Columns {
			b.WriteString("<th>" + stdhtml.EscapeString(c) + "</th>")
		}
		b.WriteString("</tr></thead>")
	}
	b.WriteString("<tbody>")
	for i, row := range t.Rows {
		if i == maxRows {
			fmt.Fprintf(b, `<tr><td colspan="%d">… and %d more</td></tr>`, max(len(t.Columns), 1), len(t.Rows)-maxRows)
			break
		}
		b.WriteString("<tr>")
		for _, v := range row {
			text, td := cell(v), `<td style="text-align:left">`
			if len(text) <= shortCell {
				td = `<td style="white-space:nowrap">`
			}
			b.WriteString(td + stdhtml.EscapeString(text) + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></details>")
}

// cell writes a value of a table; numbers with six digits.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "n/a"
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return fmt.Sprint(v)
}

// finder hands the chart to the page's runtime. Where that isn't there yet, the
// first output fetches it from the kernelspec's folder on Jupyter's server; the
// folder's name is Weft's usual one or else that of another Go kernel which has
// the file. In a page of weft publish the runtime comes by itself. It leaves one
// global name, weftCharts.
const finder = `(function(w,d,c,v){var W=w.weftCharts=w.weftCharts||{queue:[],list:[]};c.at=d.currentScript;W.queue.push(c);` +
	`if(W.run)return W.run();if(W.wait||d.getElementById('weft-charts-library'))return;W.wait=1;` +
	`function go(){if(W.run||d.getElementById('weft-charts-library'))return;var t=d.getElementById('jupyter-config-data'),u;` +
	`try{u=t?JSON.parse(t.textContent).baseUrl:d.body.getAttribute('data-base-url')}catch(e){}` +
	`if(!u){W.wait=0;return}u=u.replace(/\/?$/,'/');` +
	`function get(k,no){var s=d.createElement('script');s.src=u+'kernelspecs/'+k+'/` + page.File + `?v='+v;s.onerror=no;d.head.appendChild(s)}` +
	`function lost(){W.wait=0}` +
	`get('weft',function(){fetch(u+'api/kernelspecs',{credentials:'same-origin'}).then(function(r){return r.json()}).then(function(r){` +
	`var l=Object.keys(r.kernelspecs).filter(function(k){return k!=='weft'&&r.kernelspecs[k].spec.language==='go'});` +
	`(function next(){l.length?get(l.shift(),next):lost()})()}).catch(lost)})}` +
	`d.readyState==='loading'?d.addEventListener('DOMContentLoaded',go):go()})`

// script writes the script that makes a chart live.
func script(b *strings.Builder, c *Chart, id, name string) {
	entry := map[string]any{"id": id, "option": c.Option, "height": c.Height, "name": name}
	if c.Live != nil {
		entry["live"] = c.Live.ID
	}
	b.WriteString("<script>" + finder + "(window,document,")
	b.WriteString(inScript(entry))
	b.WriteString(`,"` + page.Version() + `")</script>`)
}

// updateHTML is what the companion of a live chart shows: nothing, and a script.
func updateHTML(l *Live) string {
	if len(l.Append) == 0 && len(l.Option) == 0 {
		return ""
	}
	return "<script>(function(w,u){var W=w.weftCharts=w.weftCharts||{queue:[],list:[]};" +
		"W.update?W.update(u):(W.updates=W.updates||[]).push(u)})(window," + inScript(l) + ")</script>"
}

// inScript writes v as JSON that may stand in a script element: <, > and & and
// the line ends that JSON allows and scripts once didn't are written as \u….
func inScript(v any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(true)
	if err := enc.Encode(v); err != nil {
		panic("BUG: figure: " + err.Error()) // raw parts have been read as JSON
	}
	return strings.TrimSuffix(buf.String(), "\n")
}

// title is what a chart is called: its option's title.
func title(option json.RawMessage) string {
	var o struct {
		Title json.RawMessage `json:"title"`
	}
	type text struct {
		Text    string `json:"text"`
		Subtext string `json:"subtext"`
	}
	var one text
	var many []text
	if json.Unmarshal(option, &o) == nil && json.Unmarshal(o.Title, &one) != nil && json.Unmarshal(o.Title, &many) == nil && len(many) > 0 {
		one = many[0]
	}
	name := strings.TrimSpace(one.Text + ". " + one.Subtext)
	name = strings.Trim(name, ". ")
	if name == "" {
		return "chart"
	}
	return name
}
