package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/figure"
)

func main() {
	out := os.Args[1]
	os.MkdirAll(out, 0o755)
	r := rand.New(rand.NewSource(1))
	sam := func(n int, m float64) (s []float64) {
		for range n {
			s = append(s, m*(1+0.03*r.NormFloat64()+0.2*math.Max(0, r.NormFloat64()-2)))
		}
		return
	}
	_ = sam
	type item struct {
		name string
		b    map[string]any
	}
	var items []item
	add := func(name string, c *chart.Chart) { items = append(items, item{name, c.MIMEBundle()}) }
	add("histogram", chart.Histogram(chart.HistogramData{Title: "Sorting 1,000 numbers", Samples: sam(200, 1.2e-5)}))
	fs, _ := filepath.Glob("/tmp/w/figure/try/*.json")
	for _, f := range fs {
		b, _ := os.ReadFile(f)
		items = append(items, item{strings.TrimSuffix(filepath.Base(f), ".json"), map[string]any{
			figure.ChartType: map[string]any{"option": json.RawMessage(b), "width": 720, "height": 400,
				"table": map[string]any{"columns": []string{"threads", "speed-up"}, "rows": [][]any{{"1", 1.0}, {"2", 1.93}, {"4", 3.58}}}},
			"text/plain": "text of " + filepath.Base(f)}})
	}
	var cells []any
	total := 0
	for i, it := range items {
		t := time.Now()
		data, _ := figure.Bundle(it.b, nil)
		d := time.Since(t)
		png, _ := base64.StdEncoding.DecodeString(fmt.Sprint(data["image/png"]))
		os.WriteFile(filepath.Join(out, it.name+".png"), png, 0o644)
		html, _ := data["text/html"].(string)
		n := len(fmt.Sprint(data["image/png"])) + len(html)
		total += n
		fmt.Printf("%-12s %4d ms png2x %6d html %6d bundle %6d\n", it.name, d.Milliseconds(), len(png), len(html), n)
		os.WriteFile(filepath.Join(out, it.name+".html"), []byte(html), 0o644)
		cells = append(cells, map[string]any{"cell_type": "code", "id": fmt.Sprintf("c%d", i), "metadata": map[string]any{}, "execution_count": i + 1, "source": it.name,
			"outputs": []any{map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": data}}})
	}
	nb := map[string]any{"nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{"kernelspec": map[string]any{"name": "weft", "display_name": "Go (Weft)", "language": "go"}, "language_info": map[string]any{"name": "go"}}, "cells": cells}
	j, _ := json.Marshal(nb)
	os.WriteFile(filepath.Join(out, "charts.ipynb"), j, 0o644)
	fmt.Println("total", total, "mean", total/len(items), "notebook", len(j))
	var page strings.Builder
	page.WriteString("<!DOCTYPE html><meta charset=utf-8><style>body{background:#fff;color:#222;font-family:sans-serif;max-width:940px;margin:auto} [data-theme=dark] body{background:#1b1b1b;color:#ddd}</style><body>")
	for _, it := range items {
		b, _ := os.ReadFile(filepath.Join(out, it.name+".html"))
		page.WriteString("<h3>" + it.name + "</h3>\n")
		page.Write(b)
	}
	page.WriteString(figure.Block())
	os.WriteFile(filepath.Join(out, "page.html"), []byte(page.String()), 0o644)
}
