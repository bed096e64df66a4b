{{/* What the pods of the chart have in common: what Pod Security "restricted" asks, and more. */}}

{{- define "cobrowse.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "cobrowse.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Takes (dict "root" $ "name" NAME "values" .Values.operator): where the pods run. */}}
{{- define "cobrowse.placement" -}}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
topologySpreadConstraints:
  {{- $spread := .values.spread }}
  {{- $name := .name }}
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $spread }}
    labelSelector:
      matchLabels:
        {{- include "cobrowse.selector" $name | nindent 8 }}
    # Replicas of a new revision are not spread over those of the old one, which go.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}

{{/* Takes a component's values and the names the chart sets itself: refuses a name twice, which Helm 4 would send and the server refuse. */}}
{{- define "cobrowse.extraEnv" -}}
{{- $seen := dict }}
{{- range .own }}{{ $_ := set $seen . true }}{{ end }}
{{- range .extra }}
{{- if hasKey $seen .name }}
{{- fail (printf "%s.extraEnv has %s twice or the chart sets it: take it away" $.at .name) }}
{{- end }}
{{- $_ := set $seen .name true }}
{{- end }}
{{- with .extra }}
{{ toYaml . }}
{{- end }}
{{- end }}
