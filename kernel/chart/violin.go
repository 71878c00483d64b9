package chart

import "strconv"

// ViolinData is what Violin draws.
type ViolinData struct {
	Title, Note string
	Name, Unit  string // of the values; both "": "time" in "s"
	Groups      []Samples
}

// Violin shows the density of each group's samples, its median and quartiles.
// The density is a Gaussian kernel estimate with Silverman's bandwidth
// (Density Estimation, 1986, eq. 3.31).
func Violin(d ViolinData) *Chart {
	if d.Name == "" && d.Unit == "" {
		d.Name, d.Unit = "time", "s"
	}
	p := begin(d.Title, "width: density, white dot: median, bar: quartiles")
	p.note(d.Note)
	names, values := p.groups(d.Groups)
	y := newAxis(d.Name, d.Unit, false, values...)
	if y.blank() {
		return p.empty()
	}
	points := min(48, max(maxPoints*3/2/max(len(values), 1), 20))
	type profile struct{ at, d []float64 }
	var profiles []profile
	for _, v := range values {
		pr := profile{}
		if len(v) > 0 {
			pr.at, pr.d = density(v, points)
			y.extend(pr.at)
		}
		profiles = append(profiles, pr)
	}
	if y.lo < 0 { // the kernel reaches below the least; nothing lasts less than no time
		least := 0.0
		for _, v := range values {
			if len(v) > 0 {
				least = min(least, v[0])
			}
		}
		if least >= 0 {
			y.lo = 0
		}
	}
	y.fit()
	var shapes, data list
	var tipNames []string
	var tipValues [][]float64
	for i, pr := range profiles {
		if len(pr.at) == 0 {
			continue
		}
		s := values[i]
		outline := list{}
		for k := range pr.at {
			if f, ok := y.at(pr.at[k]).(float64); ok && f >= y.min {
				outline = append(outline, list{f, significant(pr.d[k], 3)})
			}
		}
		q := list{y.at(quantile(s, 0.25)), y.at(quantile(s, 0.5)), y.at(quantile(s, 0.75))}
		shapes = append(shapes, obj{"d": outline, "q": q})
		data = append(data, obj{"value": list{i, q[1]}, "itemStyle": obj{"color": "@" + strconv.Itoa(i%6)}})
		tipNames, tipValues = append(tipNames, names[i]), append(tipValues, values[i])
	}
	p.series = append(p.series, obj{
		"type": "custom", "renderItem": fn("violin", shapes), "encode": obj{"x": 0, "y": 1}, "data": data, "clip": true,
		"tooltip": obj{"formatter": fn("tipTexts", boxTips(tipNames, tipValues, d.Unit))},
	})
	p.grouped(y, names)
	p.groupTable(names, values, d.Unit)
	return p.chart()
}
