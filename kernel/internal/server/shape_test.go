package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// The shapes of all messages a kernel sends, after the message specification
// (and the schemas of jupyter_kernel_test): member, kind, required unless the
// kind ends with "?".
var shapes = map[string]map[string]string{
	"status":              {"execution_state": "text"},
	"execute_input":       {"code": "text", "execution_count": "number"},
	"stream":              {"name": "text", "text": "text"},
	"display_data":        {"data": "mime", "metadata": "object", "transient": "object?"},
	"update_display_data": {"data": "mime", "metadata": "object", "transient": "object"},
	"execute_result":      {"execution_count": "number", "data": "mime", "metadata": "object", "transient": "object?"},
	"clear_output":        {"wait": "flag"},
	"error":               {"ename": "text", "evalue": "text", "traceback": "texts"},
	"comm_close":          {"comm_id": "text", "data": "object"},
	"iopub_welcome":       {"subscription": "text"},
	"input_request":       {"prompt": "text", "password": "flag"},
	"execute_reply":       {"status": "text", "execution_count": "number", "payload": "array", "user_expressions": "object"},
	"complete_reply":      {"status": "text", "matches": "texts", "cursor_start": "number", "cursor_end": "number", "metadata": "object"},
	"inspect_reply":       {"status": "text", "found": "flag", "data": "mime", "metadata": "object"},
	"is_complete_reply":   {"status": "text", "indent": "text?"},
	"history_reply":       {"status": "text", "history": "array"},
	"comm_info_reply":     {"status": "text", "comms": "object"},
	"kernel_info_reply": {
		"status": "text", "protocol_version": "text", "implementation": "text", "implementation_version": "text",
		"language_info": "object", "banner": "text", "help_links": "array",
	},
	"interrupt_reply": {"status": "text"},
	"shutdown_reply":  {"status": "text", "restart": "flag"},
	"debug_reply": {
		"status": "text", "ename": "text", "evalue": "text", "traceback": "texts",
		"type": "text", "request_seq": "number", "success": "flag", "command": "text", "message": "text",
	},
}

// errorShape is that of a reply with status "error", and abortShape of one
// with status "aborted"; execute_reply may say more.
var (
	errorShape = map[string]string{
		"status": "text", "ename": "text", "evalue": "text", "traceback": "texts",
		"execution_count": "number?", "payload": "array?", "user_expressions": "object?",
	}
	abortShape = map[string]string{"status": "text", "execution_count": "number?"}
)

// values are the allowed texts of members that are enumerations.
var values = map[string][]string{
	"status.execution_state":   {"busy", "idle", "starting"},
	"stream.name":              {"stdout", "stderr"},
	"is_complete_reply.status": {"complete", "incomplete", "invalid", "unknown"},
}

var mimeType = regexp.MustCompile(`^[\w\-+.]+/[\w\-+.]+$`)

var kinds = map[string]func(v any) bool{
	"text":   func(v any) bool { _, ok := v.(string); return ok },
	"number": func(v any) bool { _, ok := v.(float64); return ok },
	"flag":   func(v any) bool { _, ok := v.(bool); return ok },
	"object": func(v any) bool { _, ok := v.(map[string]any); return ok },
	"array":  func(v any) bool { _, ok := v.([]any); return ok },
	"texts": func(v any) bool {
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(string); return !ok })
	},
	"mime": func(v any) bool {
		m, ok := v.(map[string]any)
		for k := range m {
			ok = ok && mimeType.MatchString(k)
		}
		return ok
	},
}

// checkShape says what is wrong with the content of a message, "" if nothing.
func checkShape(msgType string, content []byte) string {
	var c map[string]any
	if err := json.Unmarshal(content, &c); err != nil {
		return err.Error()
	}
	shape := shapes[msgType]
	if shape == nil {
		return "unknown message type"
	}
	if c["success"] == nil { // debug_reply has a shape for errors of its own
		switch c["status"] {
		case "error":
			shape = errorShape
		case "aborted":
			shape = abortShape
		}
	}
	left := maps.Clone(c)
	for name, kind := range shape {
		optional := kind[len(kind)-1] == '?'
		if optional {
			kind = kind[:len(kind)-1]
		}
		v, ok := c[name]
		delete(left, name)
		switch {
		case !ok && optional:
		case !ok:
			return fmt.Sprintf("%s is missing", name)
		case !kinds[kind](v):
			return fmt.Sprintf("%s is %v, want %s", name, v, kind)
		}
		if allowed := values[msgType+"."+name]; ok && allowed != nil && !slices.Contains(allowed, v.(string)) {
			return fmt.Sprintf("%s is %v, want one of %v", name, v, allowed)
		}
	}
	if len(left) > 0 {
		return fmt.Sprintf("more than the specification: %v", left)
	}
	return ""
}
