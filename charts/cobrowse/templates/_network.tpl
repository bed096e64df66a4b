{{/* Rules of network policies that several of them have. */}}

{{- define "cobrowse.toDns" -}}
- to:
    - namespaceSelector:
        matchLabels:
          {{- toYaml .Values.networkPolicy.dns.namespaceLabels | nindent 10 }}
      {{- with .Values.networkPolicy.dns.podLabels }}
      podSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
      {{- end }}
    {{- range .Values.networkPolicy.dns.cidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end }}

{{- define "cobrowse.toApiServer" -}}
- to:
    {{- range .Values.networkPolicy.apiServer.cidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    {{- range .Values.networkPolicy.apiServer.ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end }}

{{- define "cobrowse.toPods" -}}
- to:
    - namespaceSelector:
        matchLabels: {kubernetes.io/metadata.name: {{ .Values.sessions.namespace }}}
      podSelector:
        matchLabels:
          {{- include "cobrowse.podLabels" . | nindent 10 }}
  ports:
    - {protocol: TCP, port: 8700}
{{- end }}

{{/* Takes (dict "root" $ "port" 9090): who reads metrics. Nothing where nobody may. */}}
{{- define "cobrowse.fromMonitoring" -}}
{{- $monitoring := .root.Values.networkPolicy.monitoring -}}
{{- if $monitoring.namespaceLabels -}}
- from:
    - namespaceSelector:
        matchLabels:
          {{- toYaml $monitoring.namespaceLabels | nindent 10 }}
      {{- with $monitoring.podLabels }}
      podSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
      {{- end }}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end }}
{{- end }}

{{/* Public addresses, without the cluster's own. An API server takes no exception that is not within its block. */}}
{{- define "cobrowse.toPublic" -}}
{{- $v4 := list -}}
{{- $v6 := list -}}
{{- range concat (.Files.Lines "files/closed-addresses.txt") (include "cobrowse.clusterRanges" . | splitList ",") -}}
{{- if or (not .) (hasPrefix "#" .) -}}
{{- else if contains "." . -}}
{{- $v4 = append $v4 . -}}
{{- else if regexMatch "^[23][0-9a-fA-F]{0,3}:" . -}}
{{- $v6 = append $v6 . -}}
{{- end -}}
{{- end -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except:
          {{- toYaml ($v4 | uniq) | nindent 10 }}
    - ipBlock:
        cidr: 2000::/3
        except:
          {{- toYaml ($v6 | uniq) | nindent 10 }}
  ports:
    - {protocol: TCP}
{{- end }}
