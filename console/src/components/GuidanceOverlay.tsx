// Drawings, lasers and named pointers over the picture, in the page's own pixels.

import { LASER_MS, type Drawing, type LaserTrail, type NamedPointer } from "../core/guidance";
import { colourOf, nameOf } from "../core/people";
import { useText } from "../hooks/use-text";
import type { LiveState } from "../core/live";
import type { Size } from "../core/viewport";

export function GuidanceOverlay({ state, page, scale }: { state: LiveState; page: Size; scale: number }) {
  const { drawings, lasers, pointers } = state.guidance;
  const { t } = useText();
  const thin = 1 / Math.max(0.2, scale);
  return (
    <div className="guidance" aria-hidden="true">
      <svg viewBox={`0 0 ${page.width} ${page.height}`} width="100%" height="100%">
        {drawings.map((one) => <Shape key={one.key} drawing={one} thin={thin} colour={colourOf(state, one.author)} />)}
        {lasers.map((trail) => <Laser key={trail.author} trail={trail} thin={thin} colour={colourOf(state, trail.author)} />)}
      </svg>
      {pointers.filter((one) => one.participantId !== state.selfId).map((one) => (
        <Pointer key={one.participantId} pointer={one} scale={scale} name={nameOf(state, one.participantId) || t("people.customer")} colour={colourOf(state, one.participantId)} />
      ))}
    </div>
  );
}

function Shape({ drawing, thin, colour }: { drawing: Drawing; thin: number; colour: string }) {
  switch (drawing.kind) {
    case "stroke":
      return <polyline className="ink" points={drawing.points.map((p) => `${p.x},${p.y}`).join(" ")} style={{ stroke: colour, strokeWidth: 4 * thin }} />;
    case "highlight": {
      const { x, y, width, height } = drawing.box;
      return <rect className="mark" x={x - 4} y={y - 4} width={width + 8} height={height + 8} rx={6} style={{ stroke: colour, strokeWidth: 3 * thin }} />;
    }
    case "arrow": {
      const { from, to } = drawing;
      const angle = Math.atan2(to.y - from.y, to.x - from.x);
      const wing = (turn: number) => `${to.x - 18 * thin * Math.cos(angle + turn)},${to.y - 18 * thin * Math.sin(angle + turn)}`;
      return (
        <g className="ink" style={{ stroke: colour, strokeWidth: 4 * thin }}>
          <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
          <polyline points={`${wing(0.5)} ${to.x},${to.y} ${wing(-0.5)}`} />
        </g>
      );
    }
    case "text":
      return <text className="label" x={drawing.at.x} y={drawing.at.y} style={{ fill: colour, fontSize: 18 * thin, strokeWidth: 5 * thin }}>{drawing.text}</text>;
  }
}

function Laser({ trail, thin, colour }: { trail: LaserTrail; thin: number; colour: string }) {
  const last = trail.spots.at(-1);
  if (!last) return null;
  return (
    <g>
      {trail.spots.map((spot, index) => (
        <circle key={index} cx={spot.x} cy={spot.y} r={7 * thin} style={{ fill: colour, opacity: 0.3 * Math.max(0, 1 - (last.atMs - spot.atMs) / LASER_MS) }} />
      ))}
      <circle cx={last.x} cy={last.y} r={9 * thin} className="laser-head" style={{ fill: colour }} />
    </g>
  );
}

function Pointer({ pointer, scale, name, colour }: { pointer: NamedPointer; scale: number; name: string; colour: string }) {
  return (
    <div className="pointer" style={{ transform: `translate(${pointer.at.x * scale}px, ${pointer.at.y * scale}px)`, color: colour }}>
      {pointer.pressedMs > 0 && <span key={pointer.pressedMs} className="ripple" />}
      <svg viewBox="0 0 20 20" width="20" height="20"><path d="M2 2l14 6-6 2-2 6z" /></svg>
      <span className="pointer-name" style={{ background: colour }}>{name}</span>
    </div>
  );
}
