{{/* The Secrets of the pods' authorities. */}}

{{- define "cobrowse.authoritySecret" -}}
{{- .Values.podAuthority.existingSecret | default "cobrowse-pod-authority" -}}
{{- end }}

{{/* Takes (dict "root" $ "first" PREFIX "second" PREFIX): sources of a projected volume with PREFIX.crt and PREFIX.key of each. */}}
{{- define "cobrowse.authoritySources" -}}
- secret:
    name: {{ include "cobrowse.authoritySecret" .root }}
    items: [{key: tls.crt, path: {{ .first }}.crt}, {key: tls.key, path: {{ .first }}.key}]
{{- with .root.Values.podAuthority.secondSecret }}
- secret:
    name: {{ . }}
    items: [{key: tls.crt, path: {{ $.second }}.crt}, {key: tls.key, path: {{ $.second }}.key}]
{{- end }}
{{- end }}
