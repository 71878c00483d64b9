package server

import (
	"runtime"
	"strings"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// kernelInfo describes Weft of the given version. It claims no debugger and
// no supported_features: JupyterLab would use them.
func kernelInfo(version string) *wire.KernelInfo {
	goVersion, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), " ") // without experiments
	return &wire.KernelInfo{
		Implementation:        "weft",
		ImplementationVersion: version,
		Banner:                "Weft " + version + ", Go " + goVersion + " in a notebook",
		Language: wire.LanguageInfo{
			Name:           "go",
			Version:        goVersion,
			MIMEType:       "text/x-go",
			FileExtension:  ".go",
			PygmentsLexer:  "go",
			CodemirrorMode: "go",
		},
		HelpLinks: []wire.HelpLink{
			{Text: "Weft", URL: "https://github.com/weft-go/weft"},
			{Text: "Go standard library", URL: "https://pkg.go.dev/std"},
			{Text: "Go language specification", URL: "https://go.dev/ref/spec"},
			{Text: "Effective Go", URL: "https://go.dev/doc/effective_go"},
		},
	}
}
