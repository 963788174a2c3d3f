"""Random-intercept logistic regression of d16 in 80-bit numbers, by 1, 5 and 15 quadrature points; run in this folder."""
import numpy as np
d=np.genfromtxt('d16_glmm_binary.csv',delimiter=',',names=True)
g=d['therapist'].astype(int); x=d['x']; y=d['y']
L=np.longdouble
gs=[(L(1)*x[g==k],L(1)*y[g==k]) for k in np.unique(g)]
def ll(p,n):
    b0,b1,s=[L(v) for v in p]
    z,w=np.polynomial.hermite_e.hermegauss(n); z=z.astype(L); w=(w/np.sqrt(2*np.pi)).astype(L)
    tot=L(0)
    for X,Y in gs:
        eta=b0+b1*X; u=L(0)
        for _ in range(60):
            m=1/(1+np.exp(-(eta+s*u)))
            st=(s*(Y-m).sum()-u)/(1+s*s*(m*(1-m)).sum()); u+=st
            if abs(st)<1e-18: break
        m=1/(1+np.exp(-(eta+s*u))); c=1+s*s*(m*(1-m)).sum(); sd=1/np.sqrt(c)
        acc=L(0)
        for zz,ww in zip(z,w):
            v=u+zz*sd; e=eta+s*v
            acc+=ww*np.exp((Y*e-np.logaddexp(L(0),e)).sum()-v*v/2+zz*zz/2)
        tot+=np.log(acc*sd)
    return tot
def grad_hess(p,n,h=1e-4):
    k=len(p); G=np.zeros(k); H=np.zeros((k,k)); f=lambda q: ll(q,n)
    E=np.eye(k)*h; f0=f(p)
    def g1(hh): return np.array([(f(p+E[i]*hh)-f(p-E[i]*hh))/(2*h*hh) for i in range(k)])
    G=(4*g1(1)-g1(2))/3
    h2=10
    for i in range(k):
        for j in range(i+1):
            H[i,j]=H[j,i]=(f(p+h2*E[i]+h2*E[j])-f(p+h2*E[i]-h2*E[j])-f(p-h2*E[i]+h2*E[j])+f(p-h2*E[i]-h2*E[j]))/(4*h2*h2*h*h)
    return f0,G,H
out={}
for n in (1,5,15):
    p=np.array([-0.5463,0.4698,0.163])
    for it in range(5):
        f0,G,H=grad_hess(p,n)
        p=p-np.linalg.solve(H,G.astype(float))
    V=np.linalg.inv(-H)
    out[f"points_{n}"]={"coef":[float(v) for v in p[:2]],"se":[float(v) for v in np.sqrt(np.diag(V))[:2]],"tau2":float(p[2]**2),"logLik":float(f0)}
import json; json.dump(out,open("d16_glmm_extended.json","w"),indent=1)
