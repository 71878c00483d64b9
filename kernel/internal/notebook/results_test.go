package notebook

import (
	"fmt"
	"testing"
)

func TestResults(t *testing.T) {
	nb := read(t, `{"nbformat":4,"metadata":{},"cells":[
		{"cell_type":"markdown","source":"x"},
		{"cell_type":"code","source":"a","outputs":[]},
		{"cell_type":"code","source":"b","outputs":[
			{"output_type":"stream","name":"stdout","text":"x"},
			{"output_type":"display_data","data":{"text/plain":"p"},"metadata":{"weft":{"result":{"kind":"timeit","n":1.50}}}},
			{"output_type":"display_data","data":{"text/plain":"p"},"metadata":{"weft":{"other":1}}},
			{"output_type":"execute_result","data":{"text/plain":"p"},"metadata":{"weft":{"result":[]}},"execution_count":3},
			{"output_type":"display_data","data":{"text/plain":"p"},"metadata":{"weft":"text"}}]}]}`)
	list, err := nb.Results()
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, r := range list {
		got += fmt.Sprintf("%d %s\n", r.Cell, r.JSON)
	}
	if want := "2 {\"kind\":\"timeit\",\"n\":1.50}\n2 []\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
