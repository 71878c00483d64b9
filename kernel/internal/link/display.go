package link

import (
	"encoding/binary"
	"encoding/json"
	"errors"
)

// A display's texts, often some kilobytes of HTML or base64, travel as they
// are behind the JSON of the rest: writing and reading them as JSON would cost
// more than all else that happens to them.

// displayHead is the JSON part of a display frame.
type displayHead struct {
	Display
	Texts []displayText `json:"texts,omitempty"` // those of Data that are strings, in order
}

type displayText struct {
	MIME  string `json:"mime"`
	Bytes int    `json:"bytes"`
}

// SendDisplay sends a display.
func (c *Conn) SendDisplay(d Display) error {
	head := displayHead{Display: d}
	head.Data = nil
	parts := [][]byte{nil, nil}
	for mime, v := range d.Data {
		if text, ok := v.(string); ok {
			head.Texts = append(head.Texts, displayText{mime, len(text)})
			parts = append(parts, []byte(text))
			continue
		}
		if head.Data == nil {
			head.Data = map[string]any{}
		}
		head.Data[mime] = v
	}
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	parts[0] = binary.BigEndian.AppendUint32(nil, uint32(len(b)))
	parts[1] = b
	return c.Send(KindDisplay, parts...)
}

// ReadDisplay takes a display frame's payload apart.
func ReadDisplay(payload []byte) (Display, error) {
	errMalformed := errors.New("malformed display frame")
	if len(payload) < 4 {
		return Display{}, errMalformed
	}
	n := uint64(binary.BigEndian.Uint32(payload))
	rest := payload[4:]
	if n > uint64(len(rest)) {
		return Display{}, errMalformed
	}
	var head displayHead
	if err := json.Unmarshal(rest[:n], &head); err != nil {
		return Display{}, err
	}
	rest = rest[n:]
	if head.Data == nil && len(head.Texts) > 0 {
		head.Data = make(map[string]any, len(head.Texts))
	}
	for _, t := range head.Texts {
		if t.Bytes < 0 || t.Bytes > len(rest) {
			return Display{}, errMalformed
		}
		head.Data[t.MIME] = string(rest[:t.Bytes])
		rest = rest[t.Bytes:]
	}
	return head.Display, nil
}
