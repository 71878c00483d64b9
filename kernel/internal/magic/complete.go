package magic

import (
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// Complete says whether a cell can be run as it is, in the words of Jupyter's
// is_complete_reply, and how the next line should be indented if it can't. A
// cell magic has no end of its own: as in IPython a blank last line ends it,
// and lines are indented like the one before.
func Complete(text string) (status, indent string) {
	segments, err := Split(text)
	if err != nil {
		return cell.StatusInvalid, ""
	}
	status = cell.StatusComplete
	for i, s := range segments {
		last := i == len(segments)-1
		switch {
		case s.Call == nil:
			status, indent = cell.Complete(s.Text)
			if status == cell.StatusIncomplete && !last {
				status = cell.StatusInvalid
			}
		case s.Call.Cell:
			status, indent = ended(text)
		default:
			status, indent = cell.StatusComplete, ""
			if last && strings.HasSuffix(strings.TrimSpace(s.Text), `\`) {
				status = cell.StatusIncomplete
			}
		}
		if status == cell.StatusInvalid {
			return status, ""
		}
	}
	return status, indent
}

// ended says whether a blank line ends a cell magic: one below its first line.
func ended(text string) (status, indent string) {
	body := strings.TrimSuffix(text, "\n")
	i := strings.LastIndexByte(body, '\n')
	last := body[i+1:]
	if i >= 0 && strings.TrimSpace(last) == "" {
		return cell.StatusComplete, ""
	}
	return cell.StatusIncomplete, last[:len(last)-len(strings.TrimLeft(last, " \t"))]
}
