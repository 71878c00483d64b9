package figure_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/figure/still"
	"github.com/weft-go/weft/kernel/internal/gallery"
)

var (
	galleryDir  = flag.String("gallery", "", "folder into which TestGallery draws every kind of chart, to be looked at")
	galleryOnly = flag.String("gallery-only", "", "names, separated by commas, of the only charts to be drawn")
)

// TestGallery draws every kind of chart. Each must have something on it, and
// with -gallery the pictures are kept:
//
//	go test ./kernel/internal/figure -run Gallery -gallery /tmp/gallery
func TestGallery(t *testing.T) {
	painter := still.New()
	for _, p := range gallery.Pictures() {
		if *galleryOnly != "" && !strings.Contains(","+*galleryOnly+",", ","+p.Name+",") {
			continue
		}
		var payload struct {
			Option        json.RawMessage
			Width, Height int
		}
		if err := json.Unmarshal(p.Chart.MIMEBundle()[chart.MIME].(json.RawMessage), &payload); err != nil {
			t.Fatal(err)
		}
		picture, err := painter.Draw(payload.Option, payload.Width, payload.Height)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		first, painted := picture.Pix[:4], 0
		for i := 0; i < len(picture.Pix); i += 4 {
			if !bytes.Equal(picture.Pix[i:i+4], first) {
				painted++
			}
		}
		if share := float64(painted) / float64(len(picture.Pix)/4); share < 0.005 {
			t.Errorf("%s: only %.2f %% of the picture is drawn on", p.Name, 100*share)
		}
		if *galleryDir == "" {
			continue
		}
		png, err := still.EncodePNG(picture)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*galleryDir, p.Name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
